import Caching
import Transcribe

/// What is remembered of a job's last fetch, which brought nothing.
struct FailedFetch: Sendable {
    /// Until then the gateway does not ask AWS for the job, unless a client demands it.
    let retryAt: Moment
    /// Whether a client's demand has to wait until then too: calls for this job fail repeatedly.
    private let isHeld: Bool
    /// Why the stored job is served meanwhile.
    let detail: CacheStatus.Detail
    /// The reply where there is no stored job that can be served.
    let problem: Problem
    /// The calls for this job that have failed lately; nil if none has.
    let failures: JobFailures?

    /// - Parameters:
    ///   - failures: up to this one, which may be none of the job's own.
    ///   - running: how long a running job is fresh. It bounds the pause before the next fetch.
    init(_ failure: FetchFailure, _ failures: JobFailures?, atMost running: Duration, at now: ContinuousClock.Instant) {
        self.failures = failures
        isHeld = failure.mayConcernOneJob && failures?.isRepeated == true
        retryAt = Moment(now + (isHeld ? FetchFailure.longestPause : failure.pause(atMost: running)))
        detail = failure.detail
        problem = failure.problem
    }

    /// Whether AWS is not asked for the job now, whatever a client demands.
    func holds(at now: Moment) -> Bool { isHeld && now < retryAt }

    /// The problem with the time after which AWS is asked again.
    func problem(at now: Moment) -> Problem {
        problem.retrying(after: .nanoseconds(max(0, retryAt.nanoseconds(since: now))))
    }
}

/// The calls for one job that failed in a row. A single failure is a hiccup, and the next request tries again at once. From
/// the second one on the failure is remembered for a moment, so that a client which polls the job leaves the budget to
/// others.
struct JobFailures: Sendable {
    /// So long after its last failure a job is taken for a sound one: the pause, and the window of the breaker.
    fileprivate static let memory = FetchFailure.longestPause + .seconds(10)

    private let count: Int
    /// The number of the latest call (see ``CallHistory``).
    private let lastCall: UInt64
    /// Whether AWS answered a call for another job between two of these.
    private let hasSeenOthersAnswered: Bool
    private let end: Moment

    /// One more failure, after the earlier ones.
    init(after earlier: JobFailures?, call: UInt64, latestAccepted: UInt64, at now: ContinuousClock.Instant) {
        count = (earlier?.count ?? 0) + 1
        lastCall = call
        hasSeenOthersAnswered = earlier?.isIsolated(latestAccepted: latestAccepted) ?? false
        end = Moment(now + Self.memory)
    }

    var isRepeated: Bool { count > 1 }

    /// Whether the job fails for itself: AWS has answered a call for another job since. Then one more failure says nothing
    /// of AWS.
    func isIsolated(latestAccepted: UInt64) -> Bool { hasSeenOthersAnswered || latestAccepted > lastCall }

    /// Whether they still count.
    func areRecent(at now: Moment) -> Bool { now < end }
}

extension CacheEntry<CachedAnswer> {
    /// An entry without a job: that calls for it failed.
    init(_ failed: FailedFetch, at now: ContinuousClock.Instant) {
        self.init(.failed(failed), requestedAt: now, freshUntil: now, keepUntil: now + JobFailures.memory)
    }

    /// The failures that still count.
    func failures(at now: Moment) -> JobFailures? {
        value.failure?.failures.flatMap { $0.areRecent(at: now) ? $0 : nil }
    }
}
