import Caching
import Formats
import HTTPExchange
import HTTPTypes
import Synchronization
import Tracing

/// The trace that a request belongs to, because its client names one or because a span of the request is recorded. Other
/// requests have none, so that they cost nothing. Safe to use from any thread.
final class RequestTrace: Sendable {
    /// What becomes known while the request is answered.
    struct Details: Sendable {
        /// `http.route`: the path with its variable parts in braces.
        var route: String?
        var server: ServerName?
        fileprivate(set) var links: [TraceContext] = []
    }

    /// Links that are kept, as many as in OpenTelemetry's libraries.
    private static let mostLinks = 128

    /// What the client says of it.
    let parent: TraceContext?
    /// The place of the request's span; nil if it is not recorded.
    let span: TraceContext?
    let start: Moment
    private let guarded = Mutex(Details())

    private init(under parent: TraceContext?, _ span: TraceContext?, at start: Moment) {
        self.parent = parent
        self.span = span
        self.start = start
    }

    /// Reads no field of a request that has no `traceparent`, and allocates nothing without a trace.
    ///
    /// - Parameter tracer: nil where no spans are recorded.
    static func begin(_ request: borrowing Request, at start: Moment, by tracer: Tracer?) -> RequestTrace? {
        let parent = request.mayContinueTrace ? context(of: request) : nil
        let span = tracer?.begin(continuing: parent)
        return parent == nil && span == nil ? nil : RequestTrace(under: parent, span, at: start)
    }

    private static func context(of request: borrowing Request) -> TraceContext? {
        guard let traceparent = request[.traceparent] else { return nil }
        return TraceContext(traceparent: traceparent) { request[.tracestate] }
    }

    /// How the log names the trace and the span: the request's own, or else its client's.
    var logged: TraceContext? { span ?? parent }

    var details: Details { guarded.withLock(\.self) }

    /// Records what the request asks for, and of which server.
    func record(route: String?, _ server: @autoclosure () -> ServerName?) {
        guard span != nil else { return }
        let server = server()
        guarded.withLock { details in
            details.route = route
            details.server = server
        }
    }

    /// The request gets what calls have brought that another one had begun.
    func link(to calls: [TraceContext]) {
        guard span != nil, !calls.isEmpty else { return }
        guarded.withLock { $0.links.append(contentsOf: calls.prefix(Self.mostLinks - $0.links.count)) }
    }
}

/// The name and the port in `Host`.
struct ServerName: Hashable, Sendable {
    let name: String
    let port: Int?
}

extension HostRule {
    /// What an admitted `Host` names. Nil where any is admitted: then the client chooses the text.
    func serverName(in host: String) -> ServerName? {
        if case .any = self { return nil }
        let bytes = host.utf8
        guard !bytes.isEmpty else { return nil }
        let isLiteral = bytes.first == UInt8(ascii: "[")
        let end = bytes.firstIndex(of: isLiteral ? UInt8(ascii: "]") : UInt8(ascii: ":")) ?? bytes.endIndex
        let name = isLiteral ? bytes[..<end].dropFirst() : bytes[..<end]
        let port = bytes[end...].drop { !$0.isDigit }
        return ServerName(name: String(Substring(name)), port: Int(Substring(port)))
    }
}

extension Route {
    /// `http.route`; nil where a client can choose the path.
    ///
    /// - Parameter path: of a file, whose paths are ours.
    func template(path: @autoclosure () -> String?) -> String? {
        switch self {
        case .job: "/jobs/{name}"
        case .events: "/jobs/{name}/events"
        case .batch: "/jobs"
        case .fixed(.home): "/"
        case .fixed(.file): path()
        case .fixed(.problems): "/problems"
        case .fixed(.problem): "/problems/{type}"
        case .fixed(.options): nil
        }
    }
}

extension HTTPField.Name {
    fileprivate static let traceparent = HTTPField.Name("traceparent")!
    fileprivate static let tracestate = HTTPField.Name("tracestate")!
}
