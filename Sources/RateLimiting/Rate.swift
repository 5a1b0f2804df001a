/// A number of events in an interval, such as 20 a second or 600 a minute. No rate (nil) means no limit.
public struct Rate: Hashable, Sendable {
    /// Events in one interval; at least 1.
    public let count: Int
    /// Longer than zero.
    public let interval: Duration

    /// `count` must be at least 1 and `interval` longer than zero.
    public init(_ count: Int, per interval: Duration) {
        precondition(count > 0 && interval > .zero, "a rate counts at least one event in an interval")
        self.count = count
        self.interval = interval
    }

    /// Events a second.
    public var perSecond: Double {
        Double(count) / (interval / .seconds(1))
    }

    /// Nanoseconds from one event to the next, rounded down: a client gains less than 1 ns an event, and a burst of exactly
    /// one second is full again after one second, not one nanosecond later.
    var emissionInterval: Int64 {
        max(1, interval.nanoseconds / Int64(count))
    }

    /// Whole seconds, rounded up, in which `burst` events are emitted: the `w` of a `RateLimit-Policy` field.
    func window(for burst: Int) -> Int {
        let (perInterval, nanoseconds) = (Int128(count) * 1_000_000_000, Int128(interval.nanoseconds) * Int128(burst))
        return Int(clamping: (nanoseconds + perInterval - 1) / perInterval)
    }
}

extension Duration {
    /// Whole nanoseconds toward zero, held within ±73 years, so that a sum of three cannot overflow.
    var nanoseconds: Int64 {
        let whole = Int64(clamping: attoseconds / 1_000_000_000)
        return min(max(whole, -.horizon), .horizon)
    }
}

extension Int64 {
    /// 2⁶¹ ns, about 73 years: more than any real time or debt.
    static let horizon: Int64 = 1 << 61
}
