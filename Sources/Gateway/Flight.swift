import Caching
import HTTPExchange
import RateLimiting
import Transcribe

/// What a flight sets out for.
struct Departure: Sendable {
    let name: JobName
    let forwarding: Forwarding
    /// Whose turn it takes where calls have to wait.
    let caller: UInt64
    /// Whether nobody waits for it: it was begun to refresh what is served meanwhile.
    let isRefresh: Bool

    /// Who demands better than what is stored, and what nobody waits for, leaves the reserve of the budget alone.
    var priority: CallPriority { isRefresh || forwarding == .request ? .background : .interactive }
}

/// How a flight ended, for everybody who waited for it.
enum Landing: Sendable {
    /// `isStored` is false if a purge or the cache's bounds kept the answer out of it.
    case answered(Stored<CachedAnswer>, isStored: Bool)
    /// `fallback` is what may be served all the same.
    case failed(FetchFailure, fallback: Stored<CachedAnswer>?)
}

/// A request that waits for a flight.
struct Waiter: Sendable {
    let departure: Departure
    /// Makes the reply without sending it, and gives what sends it; nil if the request was answered meanwhile.
    /// `isCollapsed` if the flight was another one's. Called once; must not block.
    let settle: @Sendable (_ landing: Landing, _ isCollapsed: Bool) -> (any PendingReply)?
}
