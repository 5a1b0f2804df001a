import FoundationEssentials
import Gateway
import HTTPExchange
import MicroHTTPD
import RateLimiting

// From the settings' words to the parts' own options.

extension GatewayOptions {
    init(_ settings: Settings) {
        let limits = settings.limits
        self.init(
            hosts: HostRule(settings.listen.hosts), clients: ClientRule(settings.clients),
            crossOrigin: CrossOrigin(settings.crossOrigin.origins), fields: JobFields(settings.jobs.fields),
            caching: ClientCaching(settings.cache.clients), cacheCapacity: settings.cache.capacity,
            freshness: Freshness(settings.cache), waiters: settings.cache.waiters,
            clientLimit: RateLimiting.Rate(limits.client.rate).map {
                ClientLimitOptions(rate: $0, burst: limits.client.burst, isShadow: limits.client.shadow)
            },
            admission: AdmissionOptions(
                rate: RateLimiting.Rate(limits.upstream.rate), burst: limits.upstream.burst,
                concurrency: limits.upstream.concurrency),
            timeout: settings.upstream.timeout)
    }
}

extension Freshness {
    fileprivate init(_ settings: CacheSettings) {
        self.init(
            running: settings.ttl.running, finished: settings.ttl.finished, missing: settings.ttl.missing,
            staleWhileRevalidate: settings.staleWhileRevalidate, staleIfError: settings.staleIfError)
    }
}

extension RateLimiting.Rate {
    /// Nil where the limit is switched off.
    fileprivate init?(_ rate: TranscribeGateway.Rate) {
        guard !rate.isOff else { return nil }
        self.init(rate.count, per: rate.period)
    }
}

extension ClientRule {
    fileprivate init(_ settings: ClientSettings) {
        self.init(trustedProxies: settings.trustedProxies, allowed: settings.allow)
    }
}

extension HostRule {
    fileprivate init(_ selection: Selection) {
        switch selection {
        case .everything: self = .any
        case .only(let names): self = .only(names)
        }
    }
}

extension CrossOrigin {
    fileprivate init(_ selection: Selection) {
        switch selection {
        case .everything: self = .any
        case .only(let origins): self = .only(origins)
        }
    }
}

extension JobFields {
    fileprivate init(_ selection: Selection) {
        switch selection {
        case .everything: self = .full
        case .only(let names): self.init(names.compactMap(JobField.init(rawValue:)))
        }
    }
}

extension ClientCaching {
    fileprivate init(_ policy: CacheSettings.ClientPolicy) {
        switch policy {
        case .revalidate: self = .revalidate
        case .maxAge: self = .maxAge
        case .noStore: self = .noStore
        }
    }
}

extension ServerOptions {
    init(_ settings: ListenSettings, connections: Int, proxies: [AddressRange]) {
        self.init()
        self.proxies = proxies
        perAddress = settings.perAddress
        host = settings.host.text
        port = settings.port
        threads = settings.threads ?? ProcessInfo.processInfo.activeProcessorCount
        self.connections = connections
        idleTimeout = settings.idleTimeout
        requestTimeout = settings.requestTimeout
    }
}
