import Caching
public import HTTPExchange
import HTTPTypes
public import Telemetry

/// The operators' listener: is it alive, is it ready, how does it fare.
public final class AdminHandler: Handler {
    private let readiness: Readiness
    private let registry: PrometheusRegistry
    private let hosts = HostRule.addresses
    private let ids = RequestID()

    public init(readiness: Readiness, registry: PrometheusRegistry) {
        self.readiness = readiness
        self.registry = registry
    }

    public func answer(_ request: borrowing Request) -> Answer {
        do throws(Problem) {
            guard hosts.admits(request.host) else { throw .wrongAdminHost }
            return .reply(try page(at: request.target, for: request.method))
        } catch {
            return .reply(error.reply(to: Visit(request, id: ids.name(for: request[.xRequestID]), at: Moment(.now))))
        }
    }

    public func reply(to refusal: Refusal, of request: borrowing Request) -> Reply {
        Problem(refusal).reply(to: Visit(request, id: ids.name(for: request[.xRequestID]), at: Moment(.now)))
    }

    private func page(at target: String, for method: HTTPRequest.Method) throws(Problem) -> Reply {
        guard ["/livez", "/readyz", "/metrics"].contains(target) else { throw .noSuchAdminRoute }
        guard method == .get || method == .head else { throw .methodNotAllowed(allow: "GET, HEAD") }
        switch target {
        case "/livez": return .page(.ok, "text/plain; charset=utf-8", Array("alive\n".utf8))
        case "/readyz": return ready
        default: return .page(.ok, PrometheusRegistry.contentType, registry.render())
        }
    }

    /// 200, or 503 with the reasons.
    private var ready: Reply {
        let obstacles = readiness.current
        var text = TextBuffer()
        text.openObject()
        text.member("status", obstacles.isEmpty ? "ready" : "unready")
        if !obstacles.isEmpty {
            text.key("reasons")
            text.openObject()
            for obstacle in obstacles { text.member(obstacle.condition.rawValue, obstacle.reason) }
            text.closeObject()
        }
        text.closeObject()
        return .page(obstacles.isEmpty ? .ok : .serviceUnavailable, "application/json", text.bytes)
    }
}

extension Reply {
    fileprivate static func page(_ status: HTTPResponse.Status, _ type: String, _ bytes: [UInt8]) -> Reply {
        var fields = FieldBlock()
        fields.append(.contentType, type)
        fields.append(.cacheControl, "no-store")
        fields.append(contentsOf: .security)
        fields.append(.crossOriginResourcePolicy, "same-origin")
        return Reply(status: status, fields: fields, body: Body(bytes))
    }
}

extension Problem {
    fileprivate static let wrongAdminHost = Problem(
        .wrongHost, .misdirectedRequest,
        "This listener answers for addresses and for localhost only. Use the address instead of a name.")

    fileprivate static let noSuchAdminRoute = Problem(
        .noSuchRoute, .notFound, "This listener answers GET /livez, /readyz and /metrics.")
}
