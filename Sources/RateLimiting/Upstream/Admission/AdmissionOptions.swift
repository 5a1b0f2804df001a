/// The bounds of the calls upstream.
public struct AdmissionOptions: Hashable, Sendable {
    /// Attempts in any second; nil means no limit.
    public var rate: Rate?
    /// How many of those may begin at once after a quiet time; more than the rate changes nothing.
    public var burst: Int
    /// How many of the burst background calls leave to interactive ones.
    public var reserve: Int
    /// The most calls in flight; at least 1.
    public var concurrency: Int
    /// Calls that may wait.
    public var queue: Int
    public var breaker: BreakerOptions

    /// - Parameter reserve: nil means a third of what can begin at once (the burst, or the rate if that is less), at least 1.
    ///   With a burst of one nothing is reserved, or background calls would never run.
    public init(
        rate: Rate?, burst: Int, reserve: Int? = nil, concurrency: Int, queue: Int = 1_000,
        breaker: BreakerOptions = BreakerOptions()
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

/// When a ``Breaker`` opens and how it closes again.
public struct BreakerOptions: Hashable, Sendable {
    /// How long an outcome counts; longer than zero.
    public var window: Duration
    /// Fewer calls than these in the window prove nothing.
    public var minimumCalls: Int
    /// The share of failures, above 0 and up to 1, at which it opens.
    public var failureRatio: Double
    /// Calls admitted at once while it is half open, and the successes that close it.
    public var probes: Int
    /// The longest pause before the first probes; it doubles each time that they fail.
    public var firstPause: Duration
    /// The upper bound of the doubling: how long after the end of an outage calls are still refused.
    public var longestPause: Duration

    public init(
        window: Duration = .seconds(10), minimumCalls: Int = 10, failureRatio: Double = 0.5, probes: Int = 3,
        firstPause: Duration = .milliseconds(500), longestPause: Duration = .seconds(4)
    ) {
        self.window = window
        self.minimumCalls = minimumCalls
        self.failureRatio = failureRatio
        self.probes = probes
        self.firstPause = firstPause
        self.longestPause = longestPause
    }

    /// The pause after the nth opening in a row, from 1. `random`, from 0 to 1, is the jitter: up to a half is taken off,
    /// so that replicas that opened together do not probe together.
    func pause(afterOpenings openings: Int, random: Double) -> Duration {
        // Twenty doublings exceed any sensible bound, and more could overflow.
        let pause = min(firstPause * (1 << min(openings - 1, 20)), longestPause)
        return pause * (1 - random / 2)
    }
}
