/// A log of the latest calls, by which no window of a fixed length holds more than so many, wherever it begins (sliding
/// window log). A token bucket alone lets its burst and its rate pass in the same second. A pure value.
struct CallWindow: Sendable {
    /// Calls in one window; at least 1.
    let limit: Int
    let length: Duration
    /// When the latest calls began: a ring once there are as many as the limit.
    private var starts: [ContinuousClock.Instant] = []
    private var oldest = 0

    /// As many calls a second as the rate has, or for a rate that is no whole number of calls in a second, the next
    /// whole number in the time that they take.
    ///
    /// The window is a twentieth longer than that: two calls that begin a second apart arrive less than a second apart
    /// if the first met with a busy machine or a new connection, and it is on arrival that the service counts.
    init(for rate: Rate) {
        limit = max(1, Int((rate.perSecond - 1e-9).rounded(.up)))
        let exact = rate.interval * limit / rate.count
        length = exact + exact / 20
    }

    /// How long until the last of `count` further calls may begin if each begins as soon as it may.
    func wait(for count: Int = 1, at now: ContinuousClock.Instant) -> Duration {
        let follower = count - 1 - (limit - starts.count)
        guard follower >= 0 else { return .zero }
        let (lap, place) = follower.quotientAndRemainder(dividingBy: limit)
        let leader = place < starts.count ? starts[(oldest + place) % starts.count] : now
        return max(.zero, now.duration(to: leader + length)) + length * lap
    }

    /// A call begins.
    mutating func record(at now: ContinuousClock.Instant) {
        guard starts.count == limit else { return starts.append(now) }
        starts[oldest] = now
        oldest = (oldest + 1) % limit
    }
}
