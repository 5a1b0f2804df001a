import Caching
import RateLimiting
import Synchronization
import Transcribe

/// One fetch, from its request to its result.
extension Fetcher {
    /// Looks in the cache again first: another fetch of the same name may have ended between the look-up and the joining.
    /// The lease is taken before that, so that a purge from here on is noticed.
    ///
    /// - Parameter calls: gets the spans of the attempts; nil where they are not recorded.
    func fetch(_ request: FetchRequest, traced calls: CallTrace? = nil) async -> FetchResult {
        let now = options.time.now()
        let lease = cache.lease(for: request.name)
        let known = cache.value(for: request.name, at: Moment(now))
        if let known, let result = result(for: request, of: known, at: Moment(now)) {
            cache.release(lease, for: request.name)
            return result
        }
        recorder.lookUps.begins(request)
        let failures = known?.failures(at: Moment(now))
        // The attempt that is answered. Before it the request waits for its turn, and perhaps for credentials.
        var attempt = (begin: now, number: UInt64(0))
        do throws(FetchFailure) {
            let answer = try await call(
                for: request, instead: known, after: failures, by: now + options.timeout
            ) {
                attempt = (options.time.now(), history.begin())
                recorder.lookUps.asks(for: request.name)
                calls?.attemptBegan(at: Moment(attempt.begin))
            } attemptSucceeded: { response in
                let end = options.time.now()
                recorder.record(call: .job, nil, since: attempt.begin, at: end)
                calls?.attemptSucceeded(response.origin, at: Moment(end))
            } attemptFailed: { error in
                calls?.attemptFailed(error, at: Moment(options.time.now()))
                record(error, of: attempt, for: request.name)
            }
            history.accepted(attempt.number)
            let result = store(answer, of: request.name, requestedAt: attempt.begin, under: lease)
            recorder.lookUps.ends(request.name, result)
            return result
        } catch {
            if request.priority == .watched, error.isOwnRefusal {
                return postponed(known, error, under: lease, request)
            }
            recorder.record(fetch: error)
            recorder.lookUps.isGivenUp(request.name, because: error)
            let failed = failedFetch(because: error, attempt.number, after: failures)
            return fallBack(to: known, of: request.name, because: error, failed, under: lease)
        }
    }

    /// At once: other credentials may have to be waited for, and a later attempt may fail in another way.
    private func record(
        _ error: TranscribeError, of attempt: (begin: ContinuousClock.Instant, number: UInt64), for name: JobName
    ) {
        history.failed(attempt.number, for: name, error.disposition.cacheEffect)
        recorder.record(call: .job, error, since: attempt.begin, at: options.time.now())
        recorder.lookUps.fails(name, error)
    }

    /// What another fetch has brought meanwhile, if that is the result of this one too.
    private func result(
        for request: FetchRequest, of known: CacheEntry<CachedAnswer>, at now: Moment
    ) -> FetchResult? {
        if let failure = known.value.failure, failure.holds(at: now) {
            return .remembered(failure.problem(at: now), fallback: mayBeServed(known, at: now) ? known : nil)
        }
        return request.accepts(known, at: now) ? .answered(known, isStored: true, awsRequestID: nil) : nil
    }

    /// One call, once it is admitted. That there is no such job is an answer too.
    ///
    /// If this job fails for itself, one attempt is enough, and one more failure counts for nothing where failures are
    /// held against AWS.
    private func call(
        for request: FetchRequest, instead known: CacheEntry<CachedAnswer>?, after failures: JobFailures?,
        by deadline: ContinuousClock.Instant, attemptBegan: () -> Void, attemptSucceeded: (JobResponse) -> Void,
        attemptFailed: (TranscribeError) -> Void
    ) async throws(FetchFailure) -> (value: CachedAnswer, awsRequestID: String?) {
        let admission = try await admit(request, instead: known, by: deadline)
        let retries = admission.retries
        var isIsolated: Bool { failures?.isIsolated(latestAccepted: history.latestAccepted) ?? false }
        do throws(TranscribeError) {
            let answer = try await source.job(
                named: request.name, deadline: deadline, mayRetry: { !isIsolated && retries.arePossible(by: deadline) },
                attemptBegan: attemptBegan
            ) { error in
                retries.attemptFailed(error.disposition.signal)
                attemptFailed(error)
            } admitRetry: {
                guard !isIsolated else { return false }
                return await retries.admit(by: deadline)
            }
            attemptSucceeded(answer)
            admission.finish(.answered)
            recorder.record(fetch: nil)
            return (.job(cachedJob(answer.job, of: request.name, instead: known?.value.job)), answer.requestID)
        } catch {
            let failure = FetchFailure.upstream(error)
            let signal = error.disposition.signal
            admission.finish(isIsolated && signal.isFailure ? .failedAlone : signal)
            guard error.isAnswer else { throw failure }
            recorder.record(fetch: failure)
            return (.refusal(failure.problem.worded(as: jobNotFound)), error.awsRequestID)
        }
    }

    /// - Parameter known: what is stored. With it the call may also be one of those that are owed to refreshes: while more
    ///   interactive calls are wanted than can be made, jobs would else grow old in turn.
    private func admit(
        _ request: FetchRequest, instead known: CacheEntry<CachedAnswer>?, by deadline: ContinuousClock.Instant
    ) async throws(FetchFailure) -> Admission {
        let second = known != nil && request.priority == .interactive ? CallPriority.background : nil
        do throws(AdmissionRefusal) {
            return try await admission.admit(
                request.caller, priority: request.priority, or: second, due: known?.freshUntil.instant, by: deadline)
        } catch {
            throw .refused(error)
        }
    }

    /// Keeps what was rendered, if AWS still says the same.
    private func cachedJob(_ job: Job, of name: JobName, instead known: CachedJob?) -> CachedJob {
        if let known, known.job == job, known.shows(options.fields.shownByDefault),
            known.hasSameBytes(as: job, in: options.fields)
        {
            return known
        }
        return CachedJob(
            job, named: name, fields: options.fields.shownByDefault, nameHash: recorder.names.hash(of: name))
    }

    private func store(
        _ brought: (value: CachedAnswer, awsRequestID: String?), of name: JobName,
        requestedAt: ContinuousClock.Instant, under lease: consuming Lease
    ) -> FetchResult {
        let answer = brought.value
        answer.job?.lookedUpAt.store(Moment(requestedAt).nanoseconds, ordering: .relaxed)
        let lifetime = options.freshness.lifetime(of: answer, at: options.time.wallTime(), jitter: options.jitter())
        let freshUntil = requestedAt + lifetime
        let entry = CacheEntry(
            answer, requestedAt: requestedAt, freshUntil: freshUntil,
            keepUntil: freshUntil + options.freshness.staleWindow(of: answer))
        return .answered(
            entry, isStored: store(entry, of: name, under: lease), awsRequestID: brought.awsRequestID)
    }

    /// What is to be remembered of the failure.
    ///
    /// - Parameter number: of the last attempt.
    private func failedFetch(
        because failure: FetchFailure, _ number: UInt64, after earlier: JobFailures?
    ) -> FailedFetch {
        let now = options.time.now()
        var failures = earlier
        if failure.mayConcernOneJob {
            failures = JobFailures(
                after: earlier, call: number, latestAccepted: history.latestAccepted, at: now)
        }
        return FailedFetch(failure, failures, atMost: options.freshness.running, at: now)
    }

    /// The turn of a watched job has not come yet: nothing has failed, and nothing is remembered.
    private func postponed(
        _ known: CacheEntry<CachedAnswer>?, _ refusal: FetchFailure, under lease: consuming Lease,
        _ request: FetchRequest
    ) -> FetchResult {
        let isValid = cache.release(lease, for: request.name)
        let now = Moment(options.time.now())
        let fallback = known.flatMap { isValid && mayBeServed($0, at: now) ? $0 : nil }
        return .failed(refusal, refusal.problem, fallback: fallback)
    }

    /// Without a new answer the last one is served for a while, unless AWS has withdrawn the right to see the job. What was
    /// purged meanwhile is not served either: then the lease is void, and nothing is stored.
    private func fallBack(
        to known: CacheEntry<CachedAnswer>?, of name: JobName, because failure: FetchFailure, _ failed: FailedFetch,
        under lease: consuming Lease
    ) -> FetchResult {
        let now = options.time.now()
        let problem = failed.holds(at: Moment(now)) ? failed.problem(at: Moment(now)) : failed.problem
        var fallback: CacheEntry<CachedAnswer>?
        if let known, Moment(now) < known.freshUntil, failure.leavesAsItIs(known.value) {
            // It is due for a refresh at its own time.
            if cache.release(lease, for: name) { fallback = known }
        } else if failure.cacheEffect == .keepsJob, let known, let job = known.value.job {
            let held = known.holding(.refreshFailed(job, failed))
            let isStored = store(held, of: name, under: lease)
            if isStored, mayBeServed(held, at: Moment(now)) { fallback = held }
        } else if failure.mayConcernOneJob {
            store(CacheEntry(failed, at: now), of: name, under: lease)
        } else {
            cache.release(lease, for: name)
            if failure.cacheEffect == .rejectsCredentials { cache.remove(name) }
        }
        return .failed(failure, problem, fallback: fallback)
    }

    /// The stored job, if there is one that may be served although AWS gives no new answer now.
    func storedJob(named name: JobName, at now: Moment) -> CacheEntry<CachedAnswer>? {
        cache.value(for: name, at: now).flatMap { mayBeServed($0, at: now) ? $0 : nil }
    }

    func mayBeServed(_ stored: CacheEntry<CachedAnswer>, at now: Moment) -> Bool {
        options.freshness.permits(stored, mayBeStale: history.permitsStaleAnswers, at: now)
    }

    @discardableResult
    private func store(_ entry: CacheEntry<CachedAnswer>, of name: JobName, under lease: consuming Lease) -> Bool {
        cache.store(entry, for: name, cost: entry.value.cost(under: name), under: lease)
    }
}

extension FetchRequest {
    /// Whether an answer that another fetch has brought meanwhile is good enough.
    fileprivate func accepts(_ known: CacheEntry<CachedAnswer>, at now: Moment) -> Bool {
        if case .failed = known.value { return false }
        return now < known.freshUntil && takes(known)
    }
}
