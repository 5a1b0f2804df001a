/// What bounds the calls upstream.
public struct AdmissionOptions: Hashable, Sendable {
    /// Attempts in any second; nil is no limit.
    public var rate: Rate?
    /// How many of those may begin at once after a quiet while; more than the rate changes nothing.
    public var burst: Int
    /// How many of the burst, and of the rate, only interactive calls may use.
    public var reserve: Int
    /// The most calls in flight; fewer when the upstream slows down.
    public var concurrency: Int
    /// Calls that may wait.
    public var queue: Int
    public var breaker: BreakerOptions

    /// - Parameter reserve: unless told otherwise a third of what can begin at once, be it the burst or the rate, and one
    ///   of two; of one there is nothing to reserve, or nobody else would ever call.
    public init(
        rate: Rate? = Rate(15, per: .seconds(1)), burst: Int = 15, reserve: Int? = nil, concurrency: Int = 32,
        queue: Int = 1_000, breaker: BreakerOptions = BreakerOptions()
    ) {
        self.rate = rate
        self.burst = burst
        self.reserve = reserve ?? Self.reserve(of: min(burst, rate.map { CallWindow(for: $0).limit } ?? burst))
        self.concurrency = concurrency
        self.queue = queue
        self.breaker = breaker
    }

    private static func reserve(of calls: Int) -> Int {
        calls < 2 ? 0 : max(1, calls / 3)
    }
}
