public import RateLimiting
public import SigV4
public import Transcribe

/// What bounds the calls to AWS.
public struct FetchOptions: Sendable {
    public var admission: AdmissionOptions
    public var waiters: Int
    /// The time for one look-up with all its attempts.
    public var timeout: Duration
    public var freshness: Freshness
    /// The job members that most clients ask for: rendered with every answer.
    public var fields: JobFields
    public var clock: @Sendable () -> ContinuousClock.Instant
    /// Waits until an instant of that clock; ends early only by cancellation.
    public var sleep: @Sendable (_ until: ContinuousClock.Instant) async throws -> Void
    /// The wall clock, against which a job's age is told.
    public var wallTime: @Sendable () -> Timestamp
    /// From -1 to 1: how much shorter or longer the next answer stays fresh (see ``Freshness``).
    public var spread: @Sendable () -> Double

    public init(
        admission: AdmissionOptions = AdmissionOptions(), waiters: Int = 10_000,
        timeout: Duration = .seconds(5), freshness: Freshness = Freshness(),
        fields: JobFields = .standard,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (_ until: ContinuousClock.Instant) async throws -> Void = {
            try await ContinuousClock().sleep(until: $0)
        },
        wallTime: @escaping @Sendable () -> Timestamp = TimeSource.system.wallTime,
        spread: @escaping @Sendable () -> Double = { .random(in: -1...1) }
    ) {
        self.admission = admission
        self.waiters = waiters
        self.timeout = timeout
        self.freshness = freshness
        self.fields = fields
        self.clock = clock
        self.sleep = sleep
        self.wallTime = wallTime
        self.spread = spread
    }
}
