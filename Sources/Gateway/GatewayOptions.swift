public import RateLimiting
public import Transcribe

/// Everything that an operator can set of a ``JobGateway``. The defaults stand with the settings.
public struct GatewayOptions: Sendable {
    public var hosts: HostRule
    public var clients: ClientRule
    /// Which pages of other origins may read answers.
    public var crossOrigin: CrossOrigin
    /// The job members that may be seen at all.
    public var fields: JobFields
    /// Whether a page lists what was looked up in its tab. The browser keeps the names as long as
    /// the tab, restores them with a closed tab that is opened again, and copies them into a duplicate of the tab.
    public var listsRecent: Bool
    public var caching: ClientCaching
    /// Bytes for cached answers.
    public var cacheCapacity: Int
    public var freshness: Freshness
    /// Requests that may wait for AWS at a time.
    public var waiters: Int
    public var watch: WatchOptions
    public var list: ListOptions
    /// Nil is no limit.
    public var clientLimit: ClientLimitOptions?
    /// What bounds the calls to AWS.
    public var admission: AdmissionOptions
    /// The time for one fetch with all its attempts.
    public var timeout: Duration
    /// The AWS region in which jobs are looked up, for people; nil does not name it.
    public var region: String?
    public var time: TimeSource
    /// From -1 to 1: how much shorter or longer the next answer stays fresh (see ``Freshness``).
    public var jitter: @Sendable () -> Double

    public init(
        hosts: HostRule, clients: ClientRule, crossOrigin: CrossOrigin, fields: JobFields, listsRecent: Bool,
        caching: ClientCaching, cacheCapacity: Int, freshness: Freshness, waiters: Int, watch: WatchOptions,
        list: ListOptions,
        clientLimit: ClientLimitOptions?,
        admission: AdmissionOptions, timeout: Duration, region: String? = nil, time: TimeSource = .system,
        jitter: @escaping @Sendable () -> Double = { .random(in: -1...1) }
    ) {
        self.hosts = hosts
        self.clients = clients
        self.crossOrigin = crossOrigin
        self.fields = fields
        self.listsRecent = listsRecent
        self.caching = caching
        self.cacheCapacity = cacheCapacity
        self.freshness = freshness
        self.waiters = waiters
        self.watch = watch
        self.list = list
        self.clientLimit = clientLimit
        self.admission = admission
        self.timeout = timeout
        self.region = region
        self.time = time
        self.jitter = jitter
    }
}

/// How many requests one client may send.
public struct ClientLimitOptions: Sendable {
    public var rate: Rate
    public var burst: Int
    /// Whether requests over the limit are only counted and logged, and answered all the same.
    public var isShadow: Bool

    var limit: ClientLimit { ClientLimit(rate: rate, burst: burst) }

    public init(rate: Rate, burst: Int, isShadow: Bool) {
        self.rate = rate
        self.burst = burst
        self.isShadow = isShadow
    }
}

/// What clients may do with an answer in a cache of their own (RFC 9111 §5.2.2).
public enum ClientCaching: String, CaseIterable, Sendable {
    case revalidate
    case maxAge = "max-age"
    case noStore = "no-store"
}
