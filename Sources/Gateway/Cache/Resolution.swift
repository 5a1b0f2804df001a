import Caching
import Transcribe

/// What is known of a job, whatever the reply to it will look like. Large cases are indirect, so that a hit copies little.
enum Resolution: Sendable {
    /// An answer of AWS's, and what part the cache had in it.
    case answer(CacheEntry<CachedAnswer>, CacheStatus)
    indirect case problem(Problem)

    /// What a request gets from the fetch that it waited for.
    ///
    /// - Parameter isCollapsed: whether another request had begun the fetch.
    init(_ result: FetchResult, because reason: ForwardReason, isCollapsed: Bool) {
        switch result {
        case .answered(let entry, let isStored, _):
            self = .answer(entry, .upstream(reason, isCollapsed: isCollapsed, isStored: isStored))
        case .failed(let failure, _, let fallback?):
            self = .answer(fallback, CacheStatus(fallingBackFrom: reason, because: failure))
        case .failed(_, let problem, fallback: nil), .remembered(let problem, fallback: nil): self = .problem(problem)
        case .remembered(_, let fallback?): self = .answer(fallback, .cache(fallback.value.failure?.detail))
        case .tooManyWaiting: self = .problem(.overloaded)
        }
    }
}

/// What the cache can do for a request: answer it, or name the fetch that it has to wait for.
enum CacheResult {
    case resolved(Resolution)
    indirect case needsFetch(FetchRequest)
    /// A refresh is due or under way: the request waits for it up to ``Freshness/longestWait``, and takes what is stored then.
    indirect case awaitsRefresh(FetchRequest)
}

/// Why a request goes on to AWS, as `Cache-Status` says it (RFC 9211 §2.2).
enum ForwardReason: String, Sendable {
    /// Nothing is stored.
    case miss
    /// What is stored is too old.
    case stale
    /// The client demands better than what is stored.
    case request
}
