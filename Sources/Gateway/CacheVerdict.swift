import Caching

/// Why a request goes on to AWS, as `Cache-Status` says it (RFC 9211 §2.2).
enum Forwarding: String, Sendable {
    /// Nothing is stored.
    case miss
    /// What is stored is too old.
    case stale
    /// The client demands better than what is stored.
    case request
}

/// What the cache can do for a request (RFC 9111 §4).
enum CacheVerdict: Equatable {
    /// What is stored answers it.
    case serve
    /// What is stored answers it, and is asked for anew meanwhile.
    case serveAndRefresh
    /// What is stored is too old, but a moment ago nothing better was to be had.
    case serveForWantOfBetter(CacheStatus.Detail)
    case forward(Forwarding)
}

extension Freshness {
    /// However often a client says `no-cache`: a younger answer is good enough.
    private static let youngest = 1

    /// - Parameter mayBeStale: whether the gateway may show what it saw before, if the client takes it.
    func verdict(
        on stored: Stored<CachedAnswer>, for directives: CacheDirectives, mayBeStale: Bool, at now: Moment
    ) -> CacheVerdict {
        guard now < stored.freshUntil || mayBeStale else { return .forward(.stale) }
        let verdict = verdict(on: stored, accepting: directives.maxStale, at: now)
        guard verdict != .forward(.stale), let maxAge = directives.maxAge else { return verdict }
        let isYoungEnough = now.nanoseconds(since: stored.storedAt) <= max(maxAge, Self.youngest) * 1_000_000_000
        let isWanted = verdict == .serve || directives.maxStale != nil
        return isYoungEnough && isWanted ? verdict : .forward(.request)
    }

    private func verdict(
        on stored: Stored<CachedAnswer>, accepting maxStale: Int?, at now: Moment
    ) -> CacheVerdict {
        guard now >= stored.freshUntil else { return .serve }
        guard stored.value.job != nil else { return .forward(.stale) }
        let window = max(staleWhileRevalidate, .seconds(maxStale ?? 0))
        let isInWindow = stored.isStale(byLessThan: window, at: now)
        if case .unrefreshed(_, let until, let detail) = stored.value, now < until,
            isInWindow || stored.isStale(byLessThan: staleIfError, at: now)
        {
            return .serveForWantOfBetter(detail)
        }
        return isInWindow ? .serveAndRefresh : .forward(.stale)
    }
}

extension Stored<CachedAnswer> {
    /// Whether it has been stale for less than this; what is fresh is.
    func isStale(byLessThan window: Duration, at now: Moment) -> Bool {
        now.nanoseconds(since: freshUntil) < Int64(clamping: window.attoseconds / 1_000_000_000)
    }
}
