/// A value with the times that an ``ExpiringCache`` keeps beside it. Times are kept to the nanosecond, as the clock is.
public struct Stored<Value: Sendable>: Sendable {
    public let value: Value
    private let stored: Moment
    private let fresh: Moment
    @usableFromInline let keep: Moment

    public init(
        _ value: Value,
        storedAt: ContinuousClock.Instant,
        freshUntil: ContinuousClock.Instant,
        keepUntil: ContinuousClock.Instant
    ) {
        self.value = value
        stored = Moment(storedAt)
        fresh = Moment(freshUntil)
        keep = Moment(keepUntil)
    }

    /// When the value was asked for at its origin.
    public var storedAt: ContinuousClock.Instant { stored.instant }
    /// Up to here the value needs no look at its origin. The cache doesn't judge it.
    public var freshUntil: ContinuousClock.Instant { fresh.instant }
    /// Up to here, inclusive, the cache gives the value; afterwards it is gone.
    public var keepUntil: ContinuousClock.Instant { keep.instant }
}
