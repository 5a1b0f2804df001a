import Caching
import Formats
import HTTPExchange
import HTTPTypes
import RateLimiting
import Transcribe

extension JobGateway {
    /// The reply to a request for a job, recorded.
    ///
    /// - Parameters:
    ///   - now: when it is made, from which its age counts: for a hit the begin of the request, which saves reading the clock
    ///     again.
    ///   - outcome: of a request that waited for a change; nil is the cache's.
    ///   - isStopping: whether the wait ends because the server stops.
    func reply(
        with resolution: Resolution, to request: JobRequest, at now: Moment, outcome given: Outcome? = nil,
        isStopping: Bool = false
    ) -> Reply {
        switch resolution {
        case .problem(let problem): return reply(with: problem, in: request.context, job: request.name)
        case .answer(let entry, let status):
            let outcome = given ?? status.outcome(isFresh: now < entry.freshUntil)
            switch entry.value {
            case .refusal(let problem):
                // A job of this name may be created at any time, and one that AWS can have no job of cannot.
                let freshnessLeft = Duration.nanoseconds(max(0, entry.freshUntil.nanoseconds(since: now)))
                let answer = problem.type == .jobNotFound ? problem.retrying(after: freshnessLeft) : problem
                return reply(with: answer, in: request.context, job: request.name, outcome: outcome)
            case .failed(let failure):
                return reply(with: failure.problem(at: now), in: request.context, job: request.name)
            case .job(let job), .refreshFailed(let job, _):
                if case .events = request.manner { return stream(entry, of: job, to: request) }
                let form = JobReply(
                    requestedAt: entry.requestedAt, freshUntil: entry.freshUntil, retryAt: entry.retryAt,
                    isFinished: job.isFinished, isStopping: isStopping, status: status, now: now)
                let reply = reply(with: job, as: form, to: request)
                recorder.record(
                    reply, in: request.context, outcome, job: request.name, hash: job.nameHash,
                    age: now.nanoseconds(since: entry.requestedAt))
                return reply
            }
        }
    }

    /// The reply to a request that had to wait, recorded. Its client is told what it still may be.
    func reply(
        with resolution: Resolution, to request: JobRequest, outcome: Outcome? = nil, isStopping: Bool = false
    ) -> Reply {
        let settings = inForce.current
        guard settings.options.clients.admits(request.context.client) else {
            return reply(with: .clientNotAllowed, in: request.context, job: request.name)
        }
        return reply(
            with: resolution, to: request.narrowed(to: settings.options.fields),
            at: Moment(settings.options.time.now()), outcome: outcome, isStopping: isStopping)
    }

    private func reply(with job: CachedJob, as reply: JobReply, to request: JobRequest) -> Reply {
        guard !request.context.prefersHTML else {
            return reply.page(shown(page(of: job, as: reply, to: request)).body, to: request.context)
        }
        let settings = request.context.settings
        let rendering = rendering(of: job, request.fields, request.name, beside: settings.options.fields)
        guard case .now = request.manner else {
            return reply.document(rendering, to: request, sharing: settings.waitFields)
        }
        return reply.document(rendering, to: request, sharing: settings.sharedFields)
    }

    /// The page is made for each reply: it tells how old the copy is.
    private func page(of job: CachedJob, as reply: JobReply, to request: JobRequest) -> Page {
        let now = options.time.wallTime()
        let tag = job.isFinished ? nil : rendering(of: job, request.allowed, request.name, beside: request.allowed).tag
        return Page(
            JobCopy(
                job: job.job, name: request.name, fields: request.allowed, now: now,
                asOf: now.adding(milliseconds: -reply.now.nanoseconds(since: reply.requestedAt) / 1_000_000),
                staleness: reply.staleness, nextLook: reply.retryAfter,
                tag: tag))
    }

    /// The document of a stored job.
    ///
    /// - Parameter whole: all members that may be seen.
    func rendering(of job: CachedJob, _ fields: JobFields, _ name: JobName, beside whole: JobFields) -> JobRendering {
        job.rendering(of: fields, whole: whole) { cache.updateCost(of: job, named: name) }
    }

    /// The reply that says a problem, recorded.
    func reply(
        with problem: Problem, in context: RequestContext, job: JobName? = nil, outcome: Outcome? = nil
    ) -> Reply {
        let reply = problem.waiting(for: context.quota).reply(in: context) {
            shown(Page($0, of: job, in: context, at: options.time.wallTime()))
        }
        recorder.record(
            reply, in: context, outcome ?? problem.outcome, job: job, problem: problem.type,
            awsRequestID: problem.awsRequestID)
        return reply
    }
}

extension JobCache {
    /// A representation that is made for the first time makes the entry larger.
    func updateCost(of job: CachedJob, named name: JobName) {
        updateCost(of: name) { $0.job === job ? $0.cost(under: name) : nil }
    }
}

extension Problem {
    /// The same problem. On 503 a client that obeys `Retry-After` does not come before the time that `RateLimit` tells.
    fileprivate func waiting(for quota: ClientLimiter.Result?) -> Problem {
        guard status == .serviceUnavailable, let retryAfter, let quota else { return self }
        var problem = self
        problem.retryAfter = max(retryAfter, quota.reset)
        return problem
    }

    var outcome: Outcome {
        switch status.code {
        case 429: .limited
        case 500...: .failed
        default: .refused
        }
    }
}

/// The reply with a job: a document for programs, a page for people.
private struct JobReply {
    let requestedAt: Moment
    let freshUntil: Moment
    let retryAt: Moment
    let isFinished: Bool
    let isStopping: Bool
    let status: CacheStatus
    let now: Moment

    // In whole seconds.
    private var lifetime: Int { freshUntil.seconds(since: requestedAt) }
    private var age: Int { max(0, now.seconds(since: requestedAt)) }
    private var freshnessLeft: Int { freshUntil.seconds(since: now) }
    /// Rounded up: a client that asks earlier finds the same answer.
    var retryAfter: Int { max(1, -now.seconds(since: retryAt)) }

    var staleness: JobCopy.Staleness? { status.staleness(isFresh: now < freshUntil) }

    /// 200, or 304 if the client has this representation. The 304 keeps the content, because its length has to be that of
    /// the 200; the server sends none of it.
    func document(_ rendering: JobRendering, to request: JobRequest, sharing shared: SharedFields) -> Reply {
        let isKnown = request.condition?.matches(rendering.tag) ?? false
        var fields = FieldBlock(reserving: 640)
        fields.append(contentsOf: request.context.dependsOnAgent ? shared.blockForPrograms : shared.block)
        if shared.caching == .maxAge { fields.append(starting: .maxAge) { $0.write(lifetime) } }
        rendering.tag.append(to: &fields)
        if let wait = request.wait {
            fields.append(starting: .preferenceApplied) { $0.write(wait) }
            // A client that waits asks again at once. While the server stops, another one has to take its place first.
            if isStopping { fields.append(starting: .retryAfter) { $0.write(1) } }
        } else if !isFinished {
            fields.append(starting: .retryAfter) { $0.write(retryAfter) }
        }
        append(to: &fields)
        fields.append(namesIn: request.context)
        fields.append(quotaLeftTo: request.context)
        return Reply(status: isKnown ? .notModified : .ok, fields: fields, body: rendering.body)
    }

    func page(_ body: Body, to context: RequestContext) -> Reply {
        var fields = FieldBlock(reserving: 960)
        fields.append(contentsOf: .page)
        fields.append(contentsOf: .jobPage)
        append(to: &fields)
        fields.append(context)
        return Reply(status: .ok, fields: fields, body: body)
    }

    private func append(to fields: inout FieldBlock) {
        fields.append(starting: .age) { $0.write(age) }
        status.append(to: &fields, freshnessLeft: freshnessLeft)
    }
}

extension FieldStart {
    fileprivate static let maxAge = FieldStart(.cacheControl, "private, max-age=")
    fileprivate static let preferenceApplied = FieldStart(.preferenceApplied, "wait=")
}

extension FieldBlock {
    /// What is the same for every job's page, beside what is the same for every page.
    fileprivate static let jobPage = {
        var fields = FieldBlock()
        fields.append(.vary, "Accept, Prefer, Origin")
        fields.append(contentsOf: .security)
        return fields
    }()
}

/// The header fields that every document of a job has, written once.
struct SharedFields: Sendable {
    let caching: ClientCaching
    let block: FieldBlock
    /// Of a document for a program that prefers a page: another client could get one for the same `Accept`.
    let blockForPrograms: FieldBlock

    /// - Parameter limit: of each client; nil where there is none.
    init(caching: ClientCaching, limit: ClientLimit?) {
        self.caching = caching
        let varying = "Accept, Prefer, Origin"
        block = Self.block(varying, caching, limit)
        blockForPrograms = Self.block(varying + ", Sec-Fetch-Mode, User-Agent", caching, limit)
    }

    private static func block(_ varying: String, _ caching: ClientCaching, _ limit: ClientLimit?) -> FieldBlock {
        var block = FieldBlock()
        block.append(.contentType, "application/json")
        block.append(.vary, varying)
        block.append(contentsOf: .security)
        switch caching {
        case .revalidate: block.append(.cacheControl, "private, no-cache")
        case .noStore: block.append(.cacheControl, "no-store")
        // Each job has its own.
        case .maxAge: break
        }
        if let limit { block.append(quota: limit.quota, window: limit.window) }
        return block
    }
}
