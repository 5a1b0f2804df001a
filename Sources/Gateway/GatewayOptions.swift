public import Formats
public import RateLimiting
public import Transcribe

/// How the gateway treats its clients.
public struct GatewayOptions: Sendable {
    public var hosts: HostRule
    public var clients: ClientRule
    /// Which pages of other origins may read answers.
    public var crossOrigin: CrossOrigin
    /// The job members that may be seen at all.
    public var fields: JobFields
    public var caching: ClientCaching
    /// Bytes for cached answers.
    public var cacheCapacity: Int
    /// Requests of one client; nil is no limit.
    public var clientRate: Rate?
    public var clientBurst: Int
    /// Whether that limit only counts and logs whom it would refuse.
    public var clientLimitIsShadow: Bool
    public var fetch: FetchOptions

    public init(
        hosts: HostRule = .any, clients: ClientRule = ClientRule(), crossOrigin: CrossOrigin = .only([]),
        fields: JobFields = .full,
        caching: ClientCaching = .revalidate,
        cacheCapacity: Int = 64 << 20,
        clientRate: Rate? = Rate(100, per: .seconds(1)), clientBurst: Int = 200,
        clientLimitIsShadow: Bool = false, fetch: FetchOptions = FetchOptions()
    ) {
        self.hosts = hosts
        self.clients = clients
        self.crossOrigin = crossOrigin
        self.fields = fields
        self.caching = caching
        self.cacheCapacity = cacheCapacity
        self.clientRate = clientRate
        self.clientBurst = clientBurst
        self.clientLimitIsShadow = clientLimitIsShadow
        self.fetch = fetch
    }
}

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
    public var jitter: @Sendable () -> Double

    public init(
        admission: AdmissionOptions = AdmissionOptions(), waiters: Int = 10_000,
        timeout: Duration = .seconds(5), freshness: Freshness = Freshness(),
        fields: JobFields = .standard,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (_ until: ContinuousClock.Instant) async throws -> Void = {
            try await ContinuousClock().sleep(until: $0)
        },
        wallTime: @escaping @Sendable () -> Timestamp = TimeSource.system.wallTime,
        jitter: @escaping @Sendable () -> Double = { .random(in: -1...1) }
    ) {
        self.admission = admission
        self.waiters = waiters
        self.timeout = timeout
        self.freshness = freshness
        self.fields = fields
        self.clock = clock
        self.sleep = sleep
        self.wallTime = wallTime
        self.jitter = jitter
    }
}

/// What clients may do with an answer in a cache of their own (RFC 9111 §5.2.2).
public enum ClientCaching: String, CaseIterable, Sendable {
    case revalidate
    case maxAge = "max-age"
    case noStore = "no-store"
}
