/// When a ``Breaker`` opens and how it closes again.
public struct BreakerOptions: Hashable, Sendable {
    /// The past that counts; longer than zero.
    public var window: Duration
    /// Fewer calls than these in the window prove nothing.
    public var minimumCalls: Int
    /// The share of failures, above 0 and up to 1, at which it opens.
    public var failureRatio: Double
    /// Calls let through at once when it is half open, and the successes that close it.
    public var probes: Int
    /// The longest pause before the first probes; it doubles each time that they fail.
    public var firstPause: Duration
    /// Where the doubling ends. It bounds how long after the end of an outage calls are still refused.
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

    /// The pause after so many openings in a row, the first being 1. `random` from 0 to 1 is the jitter: up to a half
    /// is taken off, so that replicas that opened together do not probe together.
    func pause(afterOpenings openings: Int, random: Double) -> Duration {
        // Twenty doublings are further than any sensible cap, and more could overflow.
        let pause = min(firstPause * (1 << min(openings - 1, 20)), longestPause)
        return pause * (1 - random / 2)
    }
}
