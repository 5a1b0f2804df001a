import Caching
import HTTPExchange
import HTTPTypes

/// What clients may do with an answer in a cache of their own (RFC 9111 §5.2.2).
public enum ClientCaching: String, CaseIterable, Sendable {
    case revalidate
    case maxAge = "max-age"
    case noStore = "no-store"
}

/// Everything the answer with a job says beside its bytes.
struct JobReply {
    let rendering: JobRendering
    /// When AWS was asked.
    let askedAt: Moment
    /// How long its answer counts as fresh.
    let freshUntil: Moment
    let now: Moment
    let isFinished: Bool
    let origin: Origin

    /// Where the answer came from (`Cache-Status`, RFC 9211).
    enum Origin {
        case cache
        case upstream(collapsed: Bool, stored: Bool)
    }

    // In whole seconds.
    private var lifetime: Int { freshUntil.seconds(since: askedAt) }
    private var age: Int { now.seconds(since: askedAt) }
    private var freshnessLeft: Int { freshUntil.seconds(since: now) }
    /// Rounded up: who comes back earlier finds the same answer.
    private var comeBackIn: Int { max(1, -now.seconds(since: freshUntil)) }

    /// 200, or 304 if the client has this representation. The 304 keeps the content, because its length has to be that of
    /// the 200; the server sends none of it.
    func reply(to visit: Visit, unless condition: IfNoneMatch?, caching: ClientCaching) -> Reply {
        let isKnown = condition?.matches(rendering.eTag) ?? false
        var fields = FieldBlock(reserving: 640)
        fields.append(contentsOf: .job(caching))
        if caching == .maxAge { fields.append(starting: .maxAge) { $0.write(lifetime) } }
        fields.append(contentsOf: rendering.eTagField)
        fields.append(starting: .age) { $0.write(age) }
        append(origin, to: &fields)
        if !isFinished { fields.append(starting: .retryAfter) { $0.write(comeBackIn) } }
        fields.append(visit)
        return Reply(status: isKnown ? .notModified : .ok, fields: fields, body: rendering.body)
    }

    private func append(_ origin: Origin, to fields: inout FieldBlock) {
        switch origin {
        case .cache: fields.append(starting: .hit) { $0.write(freshnessLeft) }
        case .upstream(let collapsed, let stored):
            fields.append(starting: .miss) { value in
                if stored { value.write("; stored") }
                if collapsed { value.write("; collapsed") }
            }
        }
    }
}

extension FieldStart {
    fileprivate static let hit = FieldStart(.cacheStatus, "transcribe-gateway; hit; ttl=")
    fileprivate static let miss = FieldStart(.cacheStatus, "transcribe-gateway; fwd=miss")
    fileprivate static let maxAge = FieldStart(.cacheControl, "private, max-age=")
}

extension FieldBlock {
    private static let revalidated = job("private, no-cache")
    private static let unstored = job("no-store")
    private static let aged = job(nil)

    /// What is the same for every job.
    fileprivate static func job(_ caching: ClientCaching) -> FieldBlock {
        switch caching {
        case .revalidate: revalidated
        case .noStore: unstored
        case .maxAge: aged
        }
    }

    private static func job(_ cacheControl: String?) -> FieldBlock {
        var fields = FieldBlock()
        fields.append(.contentType, "application/json")
        fields.append(.vary, "Accept, Prefer, Origin")
        fields.append(contentsOf: .security)
        if let cacheControl { fields.append(.cacheControl, cacheControl) }
        return fields
    }
}
