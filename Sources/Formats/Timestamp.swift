/// A wall-clock time in whole milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
///
/// Every value lies in the years 0000 to 9999, all that the text forms can write: what lies outside is clamped, so no
/// time that a remote side sends can overflow or trap.
public struct Timestamp: Sendable, Hashable {
    /// Milliseconds since the epoch, negative before it.
    public let millisecondsSinceEpoch: Int64

    /// The given milliseconds since the epoch, clamped to the years 0000 to 9999.
    public init(millisecondsSinceEpoch milliseconds: Int64) {
        self.millisecondsSinceEpoch = min(max(milliseconds, Self.earliest), Self.latest)
    }

    /// The given seconds since the epoch, rounded to the nearest millisecond (exact for every millisecond that can be
    /// held) and clamped to the years 0000 to 9999. Not-a-number is the earliest time.
    public init(secondsSinceEpoch seconds: Double) {
        let milliseconds = (seconds * 1000).rounded()
        let clamped = Double.minimum(Double.maximum(milliseconds, Double(Self.earliest)), Double(Self.latest))
        self.millisecondsSinceEpoch = Int64(clamped)
    }

    /// 0000-01-01T00:00:00.000Z.
    private static let earliest: Int64 = -62_167_219_200_000
    /// 9999-12-31T23:59:59.999Z.
    private static let latest: Int64 = 253_402_300_799_999
}

extension Timestamp: Comparable {
    /// Whether the left time comes before the right one.
    public static func < (earlier: Timestamp, later: Timestamp) -> Bool {
        earlier.millisecondsSinceEpoch < later.millisecondsSinceEpoch
    }
}

extension Timestamp {
    /// This time moved by whole milliseconds (backwards if negative), clamped to the years 0000 to 9999.
    public func adding(milliseconds: Int64) -> Timestamp {
        let (sum, overflow) = millisecondsSinceEpoch.addingReportingOverflow(milliseconds)
        return Timestamp(millisecondsSinceEpoch: overflow ? (milliseconds < 0 ? .min : .max) : sum)
    }

    /// Milliseconds from `start` to this time; negative if this time comes first.
    public func milliseconds(since start: Timestamp) -> Int64 {
        millisecondsSinceEpoch - start.millisecondsSinceEpoch
    }
}

extension Timestamp: CustomStringConvertible {
    /// The RFC 3339 form.
    public var description: String { rfc3339 }
}
