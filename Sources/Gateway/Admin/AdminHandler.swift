import Caching
public import HTTPExchange
import HTTPTypes
import Synchronization
public import Telemetry
import Transcribe

/// What the operators' listener answers.
public struct AdminRules: Sendable {
    /// The names under which it is asked beside addresses and `localhost`, in lower case.
    public var hosts: [String]
    /// Whether other machines than this one may purge.
    public var allowsRemotePurges: Bool

    public init(hosts: [String] = [], allowsRemotePurges: Bool = false) {
        self.hosts = hosts
        self.allowsRemotePurges = allowsRemotePurges
    }
}

/// The handler of the operators' listener: liveness, readiness, metrics and purges of the cache.
public final class AdminHandler: Handler {
    private let readiness: Readiness
    private let registry: PrometheusRegistry
    private let gateway: JobGateway
    private let rules: Mutex<AdminRules>
    private let ids = RequestIDSource()

    /// - Parameters:
    ///   - gateway: the gateway with the cache that is purged.
    public init(
        readiness: Readiness, registry: PrometheusRegistry, gateway: JobGateway, rules: AdminRules = AdminRules()
    ) {
        self.readiness = readiness
        self.registry = registry
        self.gateway = gateway
        self.rules = Mutex(rules)
    }

    /// Puts other rules in force, for requests that come from now on.
    public func change(to rules: AdminRules) { self.rules.withLock { $0 = rules } }

    public func answer(_ request: borrowing Request) -> Handling {
        do throws(Problem) {
            let rules = rules.withLock(\.self)
            // No page of another site reaches a Unix socket.
            guard request.peer.isUnix || HostRule.addresses(and: rules.hosts).admits(request.host) else {
                throw .wrongAdminHost
            }
            let route = try AdminRoute(request)
            if case .purge = route, !rules.allowsRemotePurges, !request.peer.isLoopback, !request.peer.isUnix {
                throw .purgingNotAllowed
            }
            return .reply(reply(to: route))
        } catch {
            return .reply(reply(with: error, in: context(of: request)))
        }
    }

    public func reply(to refusal: Refusal, of request: borrowing Request) -> Reply {
        reply(with: Problem(refusal), in: context(of: request))
    }

    private func reply(with problem: Problem, in context: RequestContext) -> Reply {
        problem.reply(in: context) { Page($0, of: nil, in: context, at: gateway.options.time.wallTime()) }
    }

    private func context(of request: borrowing Request) -> RequestContext {
        RequestContext(
            request, id: ids.id(suggested: request[.xRequestID]), at: Moment(.now), under: gateway.inForce.current,
            clients: nil, sharing: .only([]))
    }

    private func reply(to route: AdminRoute) -> Reply {
        switch route {
        case .probe(.liveness): return .uncached(.ok, "text/plain; charset=utf-8", Array("alive\n".utf8))
        case .probe(.readiness): return ready
        case .metrics: return .uncached(.ok, PrometheusRegistry.contentType, registry.render())
        case .purge(let name?): gateway.purge(name)
        case .purge(nil): gateway.purge()
        }
        return .uncached(.noContent, nil, [])
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
        readiness.writeCredentials(to: &text)
        text.closeObject()
        return .uncached(obstacles.isEmpty ? .ok : .serviceUnavailable, "application/json", text.bytes)
    }
}

extension Problem {
    fileprivate static let wrongAdminHost = Problem(
        .wrongHost,
        """
        This listener answers under addresses, localhost and the names of admin.hosts. Use the address instead of the name, or \
        start the gateway with the name in admin.hosts.
        """)

    fileprivate static let purgingNotAllowed = Problem(
        .purgingNotAllowed,
        """
        Only the machine that the gateway runs on may purge its cache. Send the request there, or start the gateway with \
        admin.purge=true.
        """)
}

/// What an operator's request asks for.
enum AdminRoute {
    case probe(Probe)
    case metrics
    /// Of one job, or of all.
    case purge(JobName?)

    init(_ request: borrowing Request) throws(Problem) {
        let (target, method) = (request.target, request.method)
        if let page = Probe(target: target).map(AdminRoute.probe) ?? (target == "/metrics" ? .metrics : nil) {
            guard method == .get || method == .head else { throw .methodNotAllowed(allow: "GET, HEAD") }
            self = page
        } else {
            let name = try Self.purgedName(in: target)
            guard method == .delete else { throw .methodNotAllowed(allow: "DELETE") }
            self = .purge(name)
        }
    }

    private static func purgedName(in target: String) throws(Problem) -> JobName? {
        guard target != "/cache" else { return nil }
        let prefix = "/cache/jobs/"
        guard target.utf8.starts(with: prefix.utf8) else { throw .noSuchAdminRoute }
        let segment = target.utf8.dropFirst(prefix.utf8.count)
        return try JobName(segment: segment.span)
    }
}

extension Problem {
    fileprivate static let noSuchAdminRoute = Problem(
        .noSuchRoute,
        "This listener answers GET /livez, /readyz and /metrics, and DELETE /cache and /cache/jobs/{name}.")
}

/// Purges by the operator. The answer to a call that is under way reaches the requests that wait for it already. It is not
/// stored, and no later request waits for it.
extension JobGateway {
    /// Removes a job from the cache.
    func purge(_ name: JobName) {
        // Before the cache is emptied: what is stored by a fetch from then on is no older than this.
        let now = Moment(options.time.now())
        cache.remove(name)
        fetcher.detach(name)
        watches.forget(name, at: now)
        recorder.recordPurge(of: name)
    }

    /// Removes every job from the cache.
    func purge() {
        let now = Moment(options.time.now())
        cache.removeAll()
        fetcher.detach(nil)
        watches.forget(nil, at: now)
        recorder.recordPurge(of: nil)
    }
}
