import Caching
import RateLimiting
import Transcribe

/// One fetch, from its request to its result.
extension Fetcher {
    /// Looks in the cache again first: another fetch of the same name may have ended between the look-up and the joining.
    /// The lease is taken before that, so that a purge from here on is noticed.
    func fetch(_ request: FetchRequest) async -> FetchResult {
        let now = options.time.now()
        let lease = cache.lease(for: request.name)
        let known = cache.value(for: request.name, at: Moment(now))
        if let known, request.accepts(known, at: Moment(now)) {
            cache.release(lease, for: request.name)
            return .answered(known, isStored: true)
        }
        // The attempt that is answered. Before it the request waits for its turn, and perhaps for credentials.
        var attempt = (begin: now, number: UInt64(0))
        do throws(FetchFailure) {
            let answer = try await call(for: request, instead: known?.value.job, by: now + options.timeout) {
                attempt = (options.time.now(), history.begin())
            }
            history.accepted(attempt.number)
            return store(answer, of: request.name, requestedAt: attempt.begin, under: lease)
        } catch {
            recorder.record(fetch: error)
            record(error, of: request.name, attempt.number)
            return fallBack(to: known, of: request.name, because: error, under: lease)
        }
    }

    /// One call, once it is admitted. That there is no such job is an answer too.
    private func call(
        for request: FetchRequest, instead known: CachedJob?, by deadline: ContinuousClock.Instant,
        attemptBegan: () -> Void
    ) async throws(FetchFailure) -> CachedAnswer {
        let admission = try await admit(request, by: deadline)
        let retries = admission.retries
        do throws(TranscribeError) {
            let answer = try await source.job(
                named: request.name, deadline: deadline, attemptBegan: attemptBegan
            ) {
                retries.attemptFailed($0.disposition.signal)
            } admitRetry: {
                await retries.admit(by: deadline)
            }
            admission.finish(.answered)
            recorder.record(fetch: nil)
            return .job(cachedJob(answer.job, of: request.name, instead: known))
        } catch {
            let failure = FetchFailure.upstream(error)
            admission.finish(error.disposition.signal)
            guard error.isAnswer else { throw failure }
            recorder.record(fetch: failure)
            return .refusal(failure.problem)
        }
    }

    private func admit(
        _ request: FetchRequest, by deadline: ContinuousClock.Instant
    ) async throws(FetchFailure) -> Admission {
        do throws(AdmissionRefusal) {
            return try await admission.admit(request.caller, priority: request.priority, by: deadline)
        } catch {
            throw .refused(error)
        }
    }

    /// Keeps what was rendered, if AWS still says the same.
    private func cachedJob(_ job: Job, of name: JobName, instead known: CachedJob?) -> CachedJob {
        if let known, known.job == job { return known }
        return CachedJob(
            job, named: name, fields: options.fields.shownByDefault, nameHash: recorder.names.hash(of: name))
    }

    private func store(
        _ answer: CachedAnswer, of name: JobName, requestedAt: ContinuousClock.Instant, under lease: consuming Lease
    ) -> FetchResult {
        let lifetime = options.freshness.lifetime(of: answer, at: options.time.wallTime(), jitter: options.jitter())
        let freshUntil = requestedAt + lifetime
        let entry = CacheEntry(
            answer, requestedAt: requestedAt, freshUntil: freshUntil,
            keepUntil: freshUntil + options.freshness.staleWindow(of: answer))
        let isStored = cache.store(entry, for: name, cost: answer.cost(under: name), under: lease)
        return .answered(entry, isStored: isStored)
    }

    /// Records a refusal by AWS of what the gateway may see.
    private func record(_ failure: FetchFailure, of name: JobName, _ number: UInt64) {
        switch failure.cacheEffect {
        case .deniesJob: history.denied(name, number)
        case .rejectsCredentials: history.rejected(number)
        case .keepsJob, .replacesJob: break
        }
    }

    /// Without a new answer the last one is served for a while, unless AWS has withdrawn the right to see the job.
    private func fallBack(
        to known: CacheEntry<CachedAnswer>?, of name: JobName, because failure: FetchFailure,
        under lease: consuming Lease
    ) -> FetchResult {
        let now = options.time.now()
        guard let known, failure.cacheEffect == .keepsJob,
            Moment(now) < known.freshUntil || history.permitsStaleAnswers
        else {
            cache.release(lease, for: name)
            if failure.cacheEffect != .keepsJob { cache.remove(name) }
            return .failed(failure, fallback: nil)
        }
        // What was purged meanwhile is not served either. Then the lease is void, and nothing is stored.
        guard let job = known.value.job else {
            let isStillStored = cache.release(lease, for: name)
            return .failed(failure, fallback: isStillStored && Moment(now) < known.freshUntil ? known : nil)
        }
        let retryAt = Moment(now + failure.pause(atMost: options.freshness.running))
        let held = known.holding(.refreshFailed(job, retryAt: retryAt, because: failure.detail))
        let isStored = cache.store(held, for: name, cost: held.value.cost(under: name), under: lease)
        let isRecent = known.isStale(byLessThan: options.freshness.staleIfError, at: Moment(now))
        return .failed(failure, fallback: isStored && isRecent ? held : nil)
    }
}

extension FetchRequest {
    /// Whether an answer that another fetch has brought meanwhile is good enough.
    fileprivate func accepts(_ known: CacheEntry<CachedAnswer>, at now: Moment) -> Bool {
        switch reason {
        case .miss, .stale: now < known.freshUntil
        case .request: now.nanoseconds(since: known.requestedAt) <= 1_000_000_000
        }
    }
}
