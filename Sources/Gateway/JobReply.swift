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
    /// How long AWS's answer counts as fresh altogether.
    let lifetime: Duration
    /// Since AWS was asked.
    let age: Duration
    let isFinished: Bool
    let origin: Origin

    /// Where the answer came from (`Cache-Status`, RFC 9211).
    enum Origin {
        case cache
        case upstream(collapsed: Bool, stored: Bool)
    }

    /// Of the lifetime, what is left.
    private var freshnessLeft: Duration { lifetime - age }

    /// 200, or 304 if the client has this representation. The 304 keeps the content, because its length has to be that of
    /// the 200; the server sends none of it.
    func reply(to visit: Visit, unless condition: IfNoneMatch?, caching: ClientCaching) -> Reply {
        let isKnown = condition?.matches(rendering.eTag) ?? false
        var fields = FieldBlock(reserving: 640)
        fields.append(contentsOf: .job)
        fields.append(contentsOf: .security)
        fields.append(.eTag, rendering.eTag)
        append(caching, to: &fields)
        fields.append(.age) { $0.write(age.wholeSeconds) }
        append(origin, to: &fields)
        if !isFinished { fields.append(.retryAfter) { $0.write(max(1, freshnessLeft.wholeSeconds)) } }
        fields.append(visit)
        return Reply(status: isKnown ? .notModified : .ok, fields: fields, body: rendering.body)
    }

    private func append(_ caching: ClientCaching, to fields: inout FieldBlock) {
        switch caching {
        case .revalidate: fields.append(.cacheControl, "private, no-cache")
        case .noStore: fields.append(.cacheControl, "no-store")
        case .maxAge:
            fields.append(.cacheControl) { value in
                value.write("private, max-age=")
                value.write(lifetime.wholeSeconds)
            }
        }
    }

    private func append(_ origin: Origin, to fields: inout FieldBlock) {
        fields.append(.cacheStatus) { value in
            value.write("transcribe-gateway; ")
            switch origin {
            case .cache:
                value.write("hit; ttl=")
                value.write(freshnessLeft.wholeSeconds)
            case .upstream(let collapsed, let stored):
                value.write("fwd=miss")
                if stored { value.write("; stored") }
                if collapsed { value.write("; collapsed") }
            }
        }
    }
}

extension FieldBlock {
    fileprivate static let job = {
        var fields = FieldBlock()
        fields.append(.contentType, "application/json")
        fields.append(.vary, "Accept, Prefer, Origin")
        return fields
    }()
}

extension Duration {
    /// Rounded down.
    var wholeSeconds: Int { Int(components.seconds) - (components.attoseconds < 0 ? 1 : 0) }
}
