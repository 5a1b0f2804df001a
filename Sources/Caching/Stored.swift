/// A value with the times that an ``ExpiringCache`` keeps beside it. Times are kept to the nanosecond, as the clock is.
public struct Stored<Value: Sendable>: Sendable {
    public let value: Value
    /// When the value was asked for at its origin.
    public let storedAt: Moment
    /// Up to here the value needs no look at its origin. The cache doesn't judge it.
    public let freshUntil: Moment
    /// Up to here, inclusive, the cache gives the value; afterwards it is gone.
    public let keepUntil: Moment

    public init(
        _ value: Value,
        storedAt: ContinuousClock.Instant,
        freshUntil: ContinuousClock.Instant,
        keepUntil: ContinuousClock.Instant
    ) {
        self.value = value
        self.storedAt = Moment(storedAt)
        self.freshUntil = Moment(freshUntil)
        self.keepUntil = Moment(keepUntil)
    }

    /// Another value with the same times.
    public func holding(_ value: Value) -> Self {
        Self(value, storedAt: storedAt, freshUntil: freshUntil, keepUntil: keepUntil)
    }

    private init(_ value: Value, storedAt: Moment, freshUntil: Moment, keepUntil: Moment) {
        self.value = value
        self.storedAt = storedAt
        self.freshUntil = freshUntil
        self.keepUntil = keepUntil
    }
}
