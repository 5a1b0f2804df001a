import Caching
import HTTPExchange
import HTTPTypes
import RateLimiting

/// Everything the answer with a job says beside its bytes.
struct JobReply {
    /// What the bytes are.
    enum Form {
        case document(JobRendering)
        case page(Body)
    }

    let form: Form
    /// When AWS was asked.
    let requestedAt: Moment
    /// How long its answer counts as fresh.
    let freshUntil: Moment
    /// When asking can bring something new at the earliest.
    let retryAt: Moment
    let now: Moment
    let isFinished: Bool
    let status: CacheStatus

    // In whole seconds.
    private var lifetime: Int { freshUntil.seconds(since: requestedAt) }
    private var age: Int { max(0, now.seconds(since: requestedAt)) }
    private var freshnessLeft: Int { freshUntil.seconds(since: now) }
    /// Rounded up: who comes back earlier finds the same answer.
    private var retryAfter: Int { max(1, -now.seconds(since: retryAt)) }

    func reply(to context: RequestContext, unless condition: IfNoneMatch?, sharing sharedFields: SharedFields) -> Reply
    {
        switch form {
        case .document(let rendering): document(rendering, to: context, unless: condition, sharing: sharedFields)
        case .page(let body): page(body, to: context)
        }
    }

    /// 200, or 304 if the client has this representation. The 304 keeps the content, because its length has to be that of
    /// the 200; the server sends none of it.
    private func document(
        _ rendering: JobRendering, to context: RequestContext, unless condition: IfNoneMatch?,
        sharing sharedFields: SharedFields
    ) -> Reply {
        let isKnown = condition?.matches(rendering.tag.text) ?? false
        var fields = FieldBlock(reserving: 640)
        fields.append(contentsOf: sharedFields.block)
        if sharedFields.caching == .maxAge { fields.append(starting: .maxAge) { $0.write(lifetime) } }
        rendering.tag.append(to: &fields)
        if !isFinished { fields.append(starting: .retryAfter) { $0.write(retryAfter) } }
        append(to: &fields)
        fields.append(namesIn: context)
        fields.append(quotaLeftTo: context)
        return Reply(status: isKnown ? .notModified : .ok, fields: fields, body: rendering.body)
    }

    /// A running job's page asks again a second after the job will be worth another look.
    private func page(_ body: Body, to context: RequestContext) -> Reply {
        var fields = FieldBlock(reserving: 960)
        fields.append(contentsOf: .page)
        fields.append(contentsOf: .jobPage)
        if !isFinished { fields.append(starting: .refresh) { $0.write(retryAfter + 1) } }
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
    fileprivate static let refresh = FieldStart(HTTPField.Name("Refresh")!)
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

/// What the answers with all jobs say alike, written once.
struct SharedFields: Sendable {
    let caching: ClientCaching
    let block: FieldBlock

    /// - Parameter limiter: whose policy they tell.
    init(caching: ClientCaching, limiter: ClientLimiter?) {
        self.caching = caching
        var block = FieldBlock()
        block.append(.contentType, "application/json")
        block.append(.vary, "Accept, Prefer, Origin")
        block.append(contentsOf: .security)
        switch caching {
        case .revalidate: block.append(.cacheControl, "private, no-cache")
        case .noStore: block.append(.cacheControl, "no-store")
        // It differs by job.
        case .maxAge: break
        }
        if let limiter { block.append(quota: limiter.quota, window: limiter.window) }
        self.block = block
    }
}
