import Gateway
import HTTPExchange
import RateLimiting

// What is not set, as the executable's settings have it: for tests that change one thing.

extension GatewayOptions {
    init() {
        self.init(
            hosts: .any, clients: ClientRule(), crossOrigin: .only([]), fields: .full, listsRecent: false,
            caching: .revalidate, cacheCapacity: 64 << 20, freshness: Freshness(), waiters: 10_000,
            watch: WatchOptions(longestWait: .seconds(45), limit: 8_000, perClient: 100),
            list: ListOptions(use: .auto, from: 3, trust: .seconds(60), rate: Rate(1, per: .seconds(1))),
            clientLimit: ClientLimitOptions(rate: Rate(100, per: .seconds(1)), burst: 200, isShadow: false),
            admission: AdmissionOptions(rate: Rate(15, per: .seconds(1)), burst: 15, concurrency: 32),
            timeout: .seconds(5))
    }
}

extension Freshness {
    init() {
        self.init(
            running: .seconds(5), finished: .seconds(600), missing: .seconds(2), staleWhileRevalidate: .seconds(30),
            staleIfError: .seconds(600))
    }
}

extension ClientRule {
    init(trustedProxies: [AddressRange] = []) {
        self.init(trustedProxies: trustedProxies, allowed: nil)
    }

    init(allowed: [AddressRange]) {
        self.init(trustedProxies: [], allowed: allowed)
    }
}
