import Caching
import Formats
import HTTPExchange
import HTTPTypes
import Tracing

extension TraceSpan {
    /// The span of a request whose reply has ended (OpenTelemetry, "Semantic conventions for HTTP spans": HTTP server). It has
    /// neither the path nor the query: both can hold the name of a job.
    ///
    /// - Parameters:
    ///   - outcome: the number of an ``Outcome``.
    ///   - client: that the request counts for.
    ///   - wasSent: false for a reply that did not go out as a whole; then the span has no status.
    /// Nil if the request's span is not recorded.
    init?(
        of trace: RequestTrace, _ record: RequestRecord.Contents, _ outcome: Int, of client: PeerAddress, wasSent: Bool
    ) {
        guard let span = trace.span else { return nil }
        let details = trace.details
        let method = AccessLog.method(numbered: record.method)
        let start = trace.start.nanoseconds
        self.init(
            [method?.rawValue ?? "HTTP", details.route].compactMap(\.self).joined(separator: " "), .server, at: span,
            under: trace.parent.map { ParentSpan($0, isRemote: true) }, from: start,
            to: start.addingReportingOverflow(record.elapsed).partialValue,
            attributes: Self.attributes(method, details, client)
                + Self.attributes(of: record, Outcome.allCases[outcome], wasSent: wasSent),
            links: details.links, isError: record.status >= 500)
    }

    /// What is known when the request has come.
    private static func attributes(
        _ method: HTTPRequest.Method?, _ details: RequestTrace.Details, _ client: PeerAddress
    ) -> [SpanAttribute] {
        var attributes = [
            SpanAttribute("http.request.method", method?.rawValue ?? "_OTHER"), SpanAttribute("url.scheme", "http"),
            SpanAttribute("client.address", client.text),
        ]
        if let route = details.route { attributes.append(SpanAttribute("http.route", route)) }
        if let server = details.server {
            attributes.append(SpanAttribute("server.address", server.name))
            if let port = server.port { attributes.append(SpanAttribute("server.port", port)) }
        }
        return attributes
    }

    private static func attributes(
        of record: RequestRecord.Contents, _ outcome: Outcome, wasSent: Bool
    ) -> [SpanAttribute] {
        var attributes = [SpanAttribute("transcribe_gateway.outcome", outcome.label)]
        if wasSent { attributes.append(SpanAttribute("http.response.status_code", Int(record.status))) }
        if let problem = record.problem {
            attributes.append(SpanAttribute("error.type", ProblemType.allCases[Int(problem)].rawValue))
        }
        if let job = record.subject { attributes.append(.job(job)) }
        if record.names > 0 { attributes.append(SpanAttribute("transcribe_gateway.names", Int(record.names))) }
        return attributes
    }
}

extension SpanAttribute {
    /// The job by the hash of its name, as the log has it. No setting shows the name here.
    static func job(_ hash: UInt64) -> SpanAttribute {
        SpanAttribute("transcribe_gateway.job", String(hexadecimal: hash))
    }
}
