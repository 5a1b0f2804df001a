import Caching
import Formats
import RateLimiting
public import Transcribe

/// Where the list of running jobs comes from: AWS, or a test's own.
public protocol JobListSource: Sendable {
    /// A page of the list, the newest jobs first; answers or throws by the deadline. The closures are those of ``JobSource``.
    ///
    /// - Parameters:
    ///   - token: of the page before; nil for the first page.
    ///   - isWanted: asked for the name of each listed job. Nothing is kept of the others.
    func runningJobs(
        after token: PageToken?, isWanted: @escaping @Sendable (JobName) -> Bool, deadline: ContinuousClock.Instant,
        mayRetry: () -> Bool, attemptBegan: () -> Void, attemptFailed: (TranscribeError) -> Void,
        admitRetry: () async -> Bool
    ) async throws(TranscribeError) -> JobPage
}

extension TranscribeClient: JobListSource {}

/// The list of running jobs, which follows many watched jobs with one call.
extension Fetcher {
    /// One page of the list, once the list's own limit admits it.
    func page(
        after token: PageToken?, of lists: any JobListSource, isWanted: @escaping @Sendable (JobName) -> Bool
    ) async throws(FetchFailure) -> (page: JobPage, requestedAt: Moment) {
        let deadline = options.time.now() + options.timeout
        let admission = try await admitPage(by: deadline)
        let retries = admission.retries
        let calls = recorder.traceCallForList()
        var requestedAt = options.time.now()
        do throws(TranscribeError) {
            let page = try await lists.runningJobs(
                after: token, isWanted: isWanted, deadline: deadline, mayRetry: { retries.arePossible(by: deadline) },
                attemptBegan: {
                    requestedAt = options.time.now()
                    calls?.attemptBegan(at: Moment(requestedAt))
                },
                attemptFailed: { error in
                    retries.attemptFailed(error.disposition.signal)
                    recorder.record(call: .list, error, since: requestedAt, at: options.time.now())
                    calls?.attemptFailed(error, at: Moment(options.time.now()))
                },
                admitRetry: { await retries.admit(by: deadline) })
            calls?.attemptSucceeded(page.origin, at: Moment(options.time.now()))
            admission.finish(.answered)
            recorder.record(call: .list, nil, since: requestedAt, at: options.time.now())
            return (page, Moment(requestedAt))
        } catch {
            admission.finish(error.disposition.signal)
            throw .upstream(error)
        }
    }

    private func admitPage(by deadline: ContinuousClock.Instant) async throws(FetchFailure) -> Admission {
        do throws(AdmissionRefusal) {
            return try await listAdmission.admit(0, priority: .interactive, by: deadline)
        } catch {
            throw .refused(error)
        }
    }

    /// Makes a stored job fresh again as of a list that shows it unchanged. Nil if there is none of before the list, as after
    /// a purge, or if AWS has withdrawn the right to see jobs: then it has to be looked up.
    func renew(_ listed: ListNews.Unchanged, asOf requestedAt: Moment) -> CacheEntry<CachedAnswer>? {
        guard history.permitsStaleAnswers else { return nil }
        let wallTime = options.time.wallTime()
        let jitter = options.jitter()
        return cache.renew(listed.name, at: Moment(options.time.now())) { [freshness = options.freshness] stored in
            guard let job = stored.value.job?.job, job.status == .inProgress, job.startedAt == listed.startedAt,
                stored.requestedAt < requestedAt, requestedAt < listed.trustEnd
            else { return nil }
            let lifetime = freshness.lifetime(of: stored.value, at: wallTime, jitter: jitter)
            let end = max(stored.freshUntil, min(requestedAt + lifetime, listed.trustEnd))
            return stored.renewed(
                requestedAt: requestedAt, freshUntil: end,
                keepUntil: Moment(end.instant + freshness.staleWindow(of: stored.value)))
        }
    }
}

extension AdmissionOptions {
    /// Of calls for pages of the list: one at a time, and a breaker that few failures open.
    init(forListsAt rate: Rate?) {
        self.init(
            rate: rate, burst: 1, reserve: 0, concurrency: 1, queue: 1,
            breaker: BreakerOptions(
                window: .seconds(60), minimumCalls: 3, probes: 1, firstPause: .seconds(5), longestPause: .seconds(60)))
    }
}
