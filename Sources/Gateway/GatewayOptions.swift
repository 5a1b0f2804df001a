public import RateLimiting

/// How the gateway treats its clients.
public struct GatewayOptions: Sendable {
    public var hosts: HostRule
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
    public var fetch: FetchOptions

    public init(
        hosts: HostRule = .any, crossOrigin: CrossOrigin = .only([]), fields: JobFields = .full,
        caching: ClientCaching = .revalidate,
        cacheCapacity: Int = 64 << 20,
        clientRate: Rate? = Rate(100, per: .seconds(1)), clientBurst: Int = 200, fetch: FetchOptions = FetchOptions()
    ) {
        self.hosts = hosts
        self.crossOrigin = crossOrigin
        self.fields = fields
        self.caching = caching
        self.cacheCapacity = cacheCapacity
        self.clientRate = clientRate
        self.clientBurst = clientBurst
        self.fetch = fetch
    }
}
