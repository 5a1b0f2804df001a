import Caching
import HTTPExchange
import HTTPTypes
import Transcribe

/// From what was found to the reply, recorded.
extension JobGateway {
    /// A request that ends with a problem.
    func reply(_ problem: Problem, for context: RequestContext, _ name: JobName? = nil, as outcome: Outcome? = nil)
        -> Reply
    {
        let reply = problem.reply(to: context)
        recorder.record(
            reply, to: context, outcome ?? problem.outcome, awsRequestID: problem.awsRequestID,
            label: name.map { recorder.label(for: $0) })
        return reply
    }

    /// A look-up that waited.
    func reply(_ result: FetchResult, because reason: ForwardReason, for request: JobRequest, isCollapsed: Bool)
        -> Reply
    {
        switch result {
        case .answered(let stored, let isStored):
            reply(stored, .upstream(reason, isCollapsed: isCollapsed, isStored: isStored), for: request)
        case .failed(let failure, let fallback?):
            reply(fallback, CacheStatus(fallingBackFrom: reason, because: failure), for: request)
        case .failed(let failure, fallback: nil):
            reply(failure.problem, for: request.context, request.name)
        case .tooManyWaiting:
            reply(.overloaded, for: request.context, request.name)
        }
    }

    /// A look-up with an answer of AWS's.
    func reply(_ stored: CacheEntry<CachedAnswer>, _ status: CacheStatus, for request: JobRequest) -> Reply {
        let now = now(for: status, request)
        let outcome = status.outcome(isFresh: now < stored.freshUntil)
        switch stored.value {
        case .refusal(let problem):
            return reply(problem, for: request.context, request.name, as: outcome)
        case .job(let job), .refreshFailed(let job, _, _):
            let answer = JobReply(
                form: form(of: job, for: request), requestedAt: stored.requestedAt, freshUntil: stored.freshUntil,
                retryAt: stored.retryAt, now: now,
                isFinished: job.isFinished, status: status)
            let reply = answer.reply(to: request.context, unless: request.condition, sharing: sharedFields)
            recorder.record(
                reply, to: request.context, outcome, age: now.nanoseconds(since: stored.requestedAt),
                label: recorder.label(for: request.name, hash: job.nameHash))
            return reply
        }
    }

    /// A job's bytes; a representation that is made for the first time makes the entry larger.
    private func form(of job: CachedJob, for request: JobRequest) -> JobReply.Form {
        guard !request.context.prefersHTML else {
            return .page(job.page(of: options.fields, named: request.name) { updateCost(of: job, named: request.name) })
        }
        return .document(
            job.rendering(of: request.fields, whole: options.fields) { updateCost(of: job, named: request.name) })
    }

    private func updateCost(of job: CachedJob, named name: JobName) {
        cache.updateCost(of: name, to: CachedAnswer.job(job).cost(under: name)) { $0.job === job }
    }

    /// A look-up that waited is as old as its wait; the hit path saves itself the clock.
    private func now(for status: CacheStatus, _ request: JobRequest) -> Moment {
        switch status {
        case .cache: request.context.start
        case .upstream, .fallback: Moment(options.time.now())
        }
    }
}

// What is not about one job.
extension JobGateway {
    /// What needs no look-up.
    func reply(
        _ route: FixedRoute, for context: RequestContext, unless condition: IfNoneMatch?, isPreflight: Bool
    ) -> Reply {
        let reply = reply(with: route, to: context, unless: condition, isPreflight: isPreflight)
        recorder.record(reply, to: context, .fixed, label: nil)
        return reply
    }

    private func reply(
        with route: FixedRoute, to context: RequestContext, unless condition: IfNoneMatch?, isPreflight: Bool
    ) -> Reply {
        switch route {
        case .form(let name): .redirect(to: "/jobs/\(name.text)", context)
        case .home: Page.home.reply(to: context)
        case .file(let file): file.reply(to: context, unless: condition)
        case .problem(let type): type.reply(to: context)
        case .options: .options(context, isPreflight: isPreflight)
        }
    }
}

extension Problem {
    fileprivate var outcome: Outcome {
        switch status.code {
        case 429: .limited
        case 500...: .failed
        default: .refused
        }
    }
}
