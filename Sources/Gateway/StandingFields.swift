import HTTPExchange
import HTTPTypes
import RateLimiting

/// What the answers with all jobs say alike, written once.
struct StandingFields: Sendable {
    let caching: ClientCaching
    let block: FieldBlock

    /// - Parameter limiter: whose policy they tell.
    init(caching: ClientCaching, limiter: ClientLimiter?) {
        self.caching = caching
        var block = FieldBlock()
        block.append(.contentType, "application/json")
        block.append(.vary, "Accept, Prefer, Origin")
        block.append(contentsOf: .security)
        switch caching {
        case .revalidate: block.append(.cacheControl, "private, no-cache")
        case .noStore: block.append(.cacheControl, "no-store")
        // It differs by job.
        case .maxAge: break
        }
        if let limiter { block.append(quota: limiter.quota, window: limiter.window) }
        self.block = block
    }
}
