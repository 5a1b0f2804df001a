/// An instant in whole nanoseconds since the clock's epoch: 8 bytes instead of 16, good for 292 years. A part of a
/// nanosecond is cut off, so a deadline never moves later; instants out of range are clamped.
@usableFromInline
struct Moment: Comparable, Sendable {
    @usableFromInline let nanoseconds: Int64

    @usableFromInline
    init(_ instant: ContinuousClock.Instant) {
        let sinceEpoch = ContinuousClock().systemEpoch.duration(to: instant).attoseconds
        nanoseconds = Int64(clamping: sinceEpoch / Self.attosecondsPerNanosecond)
    }

    var instant: ContinuousClock.Instant {
        let sinceEpoch = Duration(attoseconds: Int128(nanoseconds) * Self.attosecondsPerNanosecond)
        return ContinuousClock().systemEpoch.advanced(by: sinceEpoch)
    }

    @inlinable
    static func < (one: Moment, other: Moment) -> Bool { one.nanoseconds < other.nanoseconds }

    private static let attosecondsPerNanosecond: Int128 = 1_000_000_000
}
