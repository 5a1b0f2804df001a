import Caching
import Formats
import Transcribe

/// How long an answer may be served without asking AWS again, and how long after that while AWS gives no new one.
public struct Freshness: Sendable {
    /// The longest that a running job stays fresh, in terms of ``running``.
    private static let longestInterval = 6
    /// A running job is asked for again after this part of its age: of a job that ran for an hour the end is seen at most
    /// half a minute late. A job that began a minute ago is asked for as often as ``running`` says.
    private static let partOfAge = 120

    /// Of a job that has just begun. A job that has run for long stays fresh for up to six times as long.
    public var running: Duration
    /// Of a job that has ended. It can still change: tags, deletion, another job of the same name.
    public var finished: Duration
    /// Of the answer that there is no such job: one may be created at any moment.
    public var missing: Duration
    /// From the end of freshness, while the job is asked for in the background (RFC 5861 §3).
    public var staleWhileRevalidate: Duration
    /// From the end of freshness, while AWS gives no answer (RFC 5861 §4).
    public var staleIfError: Duration

    public init(
        running: Duration, finished: Duration, missing: Duration, staleWhileRevalidate: Duration,
        staleIfError: Duration
    ) {
        self.running = running
        self.finished = finished
        self.missing = missing
        self.staleWhileRevalidate = staleWhileRevalidate
        self.staleIfError = staleIfError
    }

    /// - Parameters:
    ///   - now: of the wall clock, against which a job's age is told.
    ///   - jitter: from -1 to 1, by which a lifetime becomes up to a tenth shorter or longer, so that what was filled
    ///     together does not expire together.
    func lifetime(of answer: CachedAnswer, at now: Timestamp, jitter: Double) -> Duration {
        base(of: answer, at: now) * (1 + 0.1 * jitter)
    }

    /// How long what is not fresh any more is kept. That there is no such job is never served late.
    func staleWindow(of answer: CachedAnswer) -> Duration {
        answer.job == nil ? .zero : max(staleWhileRevalidate, staleIfError)
    }

    private func base(of answer: CachedAnswer, at now: Timestamp) -> Duration {
        guard let job = answer.job?.job else { return missing }
        guard !job.isFinished else { return finished }
        guard let birth = job.startedAt ?? job.createdAt else { return running }
        let age = Duration.milliseconds(max(0, now.milliseconds(since: birth)))
        return min(max(running, age / Self.partOfAge), running * Self.longestInterval)
    }
}

/// What the cache can do for a request (RFC 9111 §4).
enum CacheDecision: Equatable {
    /// What is stored answers it.
    case serve
    /// What is stored answers it, and is refreshed in the background.
    case serveAndRefresh
    /// The same, unless it is being refreshed already. Then the client may have been told to come for the new answer.
    case serveUnlessRefreshing
    /// What is stored was to be asked for again about now, so that the client has probably been told this time.
    case awaitRefresh
    /// What is stored is stale, and the last refresh has just failed.
    case serveAfterFailedRefresh(CacheStatus.Detail)
    /// Nothing that is stored answers it, and calls for the job have failed repeatedly until a moment ago.
    case repeatProblem
    case forward(ForwardReason)
}

extension Freshness {
    /// How late the clients come that obey `Retry-After`: it is rounded up to a second, a page loads itself again a second
    /// after that, and a network and a timer are late too.
    private static let punctuality = Duration.seconds(3)
    /// How long a client waits for a refresh before it is served what is stored.
    static let longestWait = Duration.seconds(1)

    /// - Parameter mayBeStale: whether the gateway may show what it saw before, if the client takes it.
    func decision(
        on stored: CacheEntry<CachedAnswer>, for directives: CacheDirectives, mayBeStale: Bool, at now: Moment
    ) -> CacheDecision {
        let failure = stored.value.failure.flatMap { $0.holds(at: now) ? $0 : nil }
        let isServable = now < stored.freshUntil || mayBeStale
        let decision = isServable ? decision(on: stored, for: directives, at: now) : .forward(.stale)
        if case .forward = decision { return failure == nil ? decision : .repeatProblem }
        guard let notBefore = directives.oldestAnswer(at: now) else { return decision }
        // What a list has confirmed is as old as its look-up for a client that demands a younger answer than others have.
        let isStrict = now.instant - running < notBefore.instant || directives.isStrictest
        let isYoungEnough = (isStrict ? stored.lookedUpAt : stored.requestedAt) >= notBefore
        let isWanted = decision == .serve || directives.maxStale != nil
        if isYoungEnough && isWanted { return decision }
        return failure.map { .serveAfterFailedRefresh($0.detail) } ?? .forward(.request)
    }

    private func decision(
        on stored: CacheEntry<CachedAnswer>, for directives: CacheDirectives, at now: Moment
    ) -> CacheDecision {
        guard now >= stored.freshUntil else { return .serve }
        guard let job = stored.value.job else { return .forward(stored.value.failure == nil ? .stale : .miss) }
        let window = max(staleWhileRevalidate, .seconds(directives.maxStale ?? 0))
        let isInWindow = stored.isStale(byLessThan: window, at: now)
        if let failure = stored.value.failure, now < failure.retryAt,
            isInWindow || stored.isStale(byLessThan: staleIfError, at: now)
        {
            return .serveAfterFailedRefresh(failure.detail)
        }
        guard isInWindow else { return .forward(.stale) }
        let takesStale = directives.maxStale != nil || directives.onlyIfCached
        guard !job.isFinished, !takesStale else { return .serveAndRefresh }
        return stored.isDue(within: Self.punctuality, at: now) ? .awaitRefresh : .serveUnlessRefreshing
    }

    /// Whether a job may be served while AWS gives no new answer.
    func permits(_ stored: CacheEntry<CachedAnswer>, mayBeStale: Bool, at now: Moment) -> Bool {
        guard stored.value.job != nil else { return false }
        let window = max(staleWhileRevalidate, staleIfError)
        return now < stored.freshUntil || mayBeStale && stored.isStale(byLessThan: window, at: now)
    }
}

extension CacheDirectives {
    /// In seconds: a younger answer is good enough for every client, also with `no-cache`.
    private static let youngest = 1

    /// Whether no client can demand a younger answer.
    var isStrictest: Bool { maxAge.map { $0 <= Self.youngest } ?? false }

    /// When an answer must have been asked for at the earliest; nil if the client demands nothing.
    ///
    /// - Parameter start: of the request.
    func oldestAnswer(at start: Moment) -> Moment? {
        maxAge.map { Moment(start.instant - .seconds(max($0, Self.youngest))) }
    }
}

extension CacheEntry<CachedAnswer> {
    /// Whether the time from which on another request can bring something new was less than this ago.
    func isDue(within window: Duration, at now: Moment) -> Bool {
        now.nanoseconds(since: retryAt) < Int64(clamping: window.attoseconds / 1_000_000_000)
    }

    /// Whether it has been stale for less than this; what is fresh is.
    func isStale(byLessThan window: Duration, at now: Moment) -> Bool {
        now.nanoseconds(since: freshUntil) < Int64(clamping: window.attoseconds / 1_000_000_000)
    }
}
