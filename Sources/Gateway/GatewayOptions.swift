public import RateLimiting

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
