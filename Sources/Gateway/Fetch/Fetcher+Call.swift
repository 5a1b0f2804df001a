import Caching
import RateLimiting
import Transcribe

/// One flight: from its request to what everybody is told.
extension Fetcher {
    /// Looks in the cache again first: a flight of the same name may have landed between the look-up and the joining. The
    /// lease comes before, so that a purge from here on is noticed.
    func result(of request: FetchRequest) async -> FetchResult {
        let now = options.time.now()
        let lease = cache.lease(for: request.name)
        let known = cache.value(for: request.name, at: Moment(now))
        if let known, request.accepts(known, at: Moment(now)) {
            cache.release(lease, for: request.name)
            return .answered(known, isStored: true)
        }
        do throws(FetchFailure) {
            let answer = try await ask(for: request, instead: known?.value.job, at: now)
            revocation.clear()
            return keep(answer, of: request.name, requestedAt: now, under: lease)
        } catch {
            report(error)
            return fallBack(to: known, of: request.name, because: error, under: lease)
        }
    }

    /// One call, once it is admitted. That there is no such job is an answer too.
    private func ask(
        for request: FetchRequest, instead known: CachedJob?, at now: ContinuousClock.Instant
    ) async throws(FetchFailure) -> CachedAnswer {
        let deadline = now + options.timeout
        let admission = try await admit(request, by: deadline)
        let retries = admission.retries
        do throws(TranscribeError) {
            let answer = try await source.job(named: request.name, deadline: deadline) {
                retries.attemptFailed($0.disposition.signal)
            } admitRetry: {
                await retries.admit(by: deadline)
            }
            admission.finish(.answered)
            report(nil)
            return .job(kept(known, as: answer.job) ?? cached(answer.job, request))
        } catch {
            let failure = FetchFailure.upstream(error)
            admission.finish(error.disposition.signal)
            guard error.isAnswer else { throw failure }
            report(failure)
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

    /// What was rendered stays, if AWS still says the same.
    private func kept(_ known: CachedJob?, as job: Job) -> CachedJob? {
        known.flatMap { $0.job == job ? $0 : nil }
    }

    private func cached(_ job: Job, _ request: FetchRequest) -> CachedJob {
        CachedJob(job, named: request.name, fields: options.fields.shownByDefault, nameHash: hash(request.name))
    }

    private func keep(
        _ answer: CachedAnswer, of name: JobName, requestedAt: ContinuousClock.Instant, under lease: consuming Lease
    ) -> FetchResult {
        let lifetime = options.freshness.lifetime(of: answer, at: options.time.wallTime(), jitter: options.jitter())
        let freshUntil = requestedAt + lifetime
        let stored = CacheEntry(
            answer, requestedAt: requestedAt, freshUntil: freshUntil,
            keepUntil: freshUntil + options.freshness.staleWindow(of: answer))
        let isStored = cache.store(stored, for: name, cost: answer.cost(under: name), under: lease)
        return .answered(stored, isStored: isStored)
    }

    /// Without a new answer the last one is better than none, for a while; but who lost the right to see the job must
    /// not see it any longer.
    private func fallBack(
        to known: CacheEntry<CachedAnswer>?, of name: JobName, because failure: FetchFailure,
        under lease: consuming Lease
    ) -> FetchResult {
        let now = options.time.now()
        if failure.revokes { revocation.set(at: Moment(now)) }
        guard let known, !failure.revokes, revocation.permits(known) else {
            cache.release(lease, for: name)
            if failure.revokes { cache.remove(name) }
            return .failed(failure, fallback: nil)
        }
        guard let job = known.value.job else {
            cache.release(lease, for: name)
            return .failed(failure, fallback: Moment(now) < known.freshUntil ? known : nil)
        }
        let again = Moment(now + failure.pause(atMost: options.freshness.running))
        let held = known.holding(.refreshFailed(job, retryAt: again, because: failure.detail))
        // Not kept means purged: then it is not to be shown either.
        let isKept = cache.store(held, for: name, cost: held.value.cost(under: name), under: lease)
        let isRecent = known.isStale(byLessThan: options.freshness.staleIfError, at: Moment(now))
        return .failed(failure, fallback: isKept && isRecent ? held : nil)
    }
}

extension FetchRequest {
    /// Whether what another flight has brought meanwhile will do.
    fileprivate func accepts(_ known: CacheEntry<CachedAnswer>, at now: Moment) -> Bool {
        switch reason {
        case .miss, .stale: now < known.freshUntil
        case .request: now.nanoseconds(since: known.requestedAt) <= 1_000_000_000
        }
    }
}
