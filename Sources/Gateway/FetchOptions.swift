public import RateLimiting
public import SigV4
public import Transcribe

/// What bounds the calls to AWS.
public struct FetchOptions: Sendable {
    /// Nil is no limit.
    public var rate: Rate?
    public var burst: Int
    public var concurrency: Int
    public var waiters: Int
    /// The time for one look-up with all its attempts.
    public var timeout: Duration
    public var freshness: Freshness
    public var clock: @Sendable () -> ContinuousClock.Instant
    /// The wall clock, against which a job's age is told.
    public var wallTime: @Sendable () -> Timestamp
    /// From -1 to 1: how much shorter or longer the next answer stays fresh (see ``Freshness``).
    public var spread: @Sendable () -> Double

    public init(
        rate: Rate? = Rate(15, per: .seconds(1)), burst: Int = 15, concurrency: Int = 32, waiters: Int = 10_000,
        timeout: Duration = .seconds(5), freshness: Freshness = Freshness(),
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        wallTime: @escaping @Sendable () -> Timestamp = TimeSource.system.wallTime,
        spread: @escaping @Sendable () -> Double = { .random(in: -1...1) }
    ) {
        self.rate = rate
        self.burst = burst
        self.concurrency = concurrency
        self.waiters = waiters
        self.timeout = timeout
        self.freshness = freshness
        self.clock = clock
        self.wallTime = wallTime
        self.spread = spread
    }
}
