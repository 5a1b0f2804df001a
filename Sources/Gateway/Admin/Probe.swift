import CoreMetrics
import HTTPExchange
import HTTPTypes
public import Telemetry

/// A question of a balancer or a supervisor: whether the process is alive, or ready for requests.
enum Probe: String, CaseIterable, Sendable {
    case liveness = "/livez"
    case readiness = "/readyz"

    /// - Parameter target: the whole request target: a probe has no query.
    init?(target: String) {
        // Most targets are of jobs and are told by their length.
        guard target.utf8.count <= Self.longest, let probe = Probe(rawValue: target) else { return nil }
        self = probe
    }

    private static let longest = allCases.map(\.rawValue.utf8.count).max() ?? 0
}

/// Answers the probes of the public listener with one word. The reasons why the gateway is not ready are for operators, on their
/// own listener.
///
/// Probes come from programs that are no clients: neither their address nor `Host` is judged, they have no limit, no line in
/// the access log and no place in the metrics of requests, whose times and statuses they would distort. They are counted by
/// themselves.
public struct ProbeReplies: Sendable {
    private static let name = "transcribe_gateway_probes"
    private static let alive = Reply.uncached(.ok, "text/plain; charset=utf-8", Array("alive\n".utf8))
    private static let ready = Reply.uncached(.ok, "text/plain; charset=utf-8", Array("ready\n".utf8))
    private static let unready = Reply.uncached(
        .serviceUnavailable, "text/plain; charset=utf-8", Array("unready\n".utf8))

    private let readiness: Readiness
    private let alives, readies, unreadies: Counter

    public init(_ readiness: Readiness, registry: PrometheusRegistry) {
        self.readiness = readiness
        registry.describe(Self.name, help: "Probes of the public listener, by path and status; they are no requests.")
        func counter(_ probe: Probe, _ reply: Reply) -> Counter {
            let dimensions = [("path", probe.rawValue), ("status", String(reply.status.code))]
            return Counter(label: Self.name, dimensions: dimensions, factory: registry)
        }
        alives = counter(.liveness, Self.alive)
        readies = counter(.readiness, Self.ready)
        unreadies = counter(.readiness, Self.unready)
    }

    /// - Parameter peer: one that is the server itself is not counted.
    func reply(to probe: Probe, from peer: PeerAddress) -> Reply {
        guard peer != .server else { return Self.alive }
        switch probe {
        case .liveness:
            alives.increment()
            return Self.alive
        case .readiness:
            let isReady = readiness.current.isEmpty
            (isReady ? readies : unreadies).increment()
            return isReady ? Self.ready : Self.unready
        }
    }
}

extension Reply {
    /// What no cache may keep and no page of another origin may read.
    static func uncached(_ status: HTTPResponse.Status, _ type: String?, _ bytes: [UInt8]) -> Reply {
        var fields = FieldBlock()
        if let type { fields.append(.contentType, type) }
        fields.append(.cacheControl, "no-store")
        fields.append(contentsOf: .security)
        fields.append(.crossOriginResourcePolicy, "same-origin")
        return Reply(status: status, fields: fields, body: Body(bytes))
    }
}
