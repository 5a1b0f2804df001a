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
    /// What is stored is too old, but AWS did not answer a moment ago.
    case serveForWantOfBetter
    case forward(Forwarding)
}

extension Freshness {
    /// However often a client says `no-cache`: a younger answer is good enough.
    private static let youngest = 1

    func verdict(
        on stored: Stored<CachedAnswer>, for directives: CacheDirectives, at now: Moment
    ) -> CacheVerdict {
        let verdict = verdict(on: stored, accepting: directives.maxStale, at: now)
        guard verdict != .forward(.stale), let maxAge = directives.maxAge else { return verdict }
        let isYoungEnough = now.nanoseconds(since: stored.storedAt) <= max(maxAge, Self.youngest) * 1_000_000_000
        let mayBeStale = verdict == .serve || directives.maxStale != nil
        return isYoungEnough && mayBeStale ? verdict : .forward(.request)
    }

    private func verdict(
        on stored: Stored<CachedAnswer>, accepting maxStale: Int?, at now: Moment
    ) -> CacheVerdict {
        guard now >= stored.freshUntil else { return .serve }
        guard stored.value.job != nil else { return .forward(.stale) }
        if case .unrefreshed(_, let until) = stored.value, now < until { return .serveForWantOfBetter }
        let window = max(staleWhileRevalidate, .seconds(maxStale ?? 0))
        return now.nanoseconds(since: stored.freshUntil) < window.wholeNanoseconds ? .serveAndRefresh : .forward(.stale)
    }
}

extension Duration {
    fileprivate var wholeNanoseconds: Int64 { Int64(clamping: attoseconds / 1_000_000_000) }
}
