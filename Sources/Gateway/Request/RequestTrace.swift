import HTTPExchange
import HTTPTypes
import Tracing

/// The trace that a request belongs to.
final class RequestTrace: Sendable {
    /// What the client says of it.
    let parent: TraceContext
    /// How the trace and the client's span are logged.
    let traceText, spanText: String

    /// Nil for a request that continues no trace. Reads no field of a request that has no `traceparent`.
    init?(of request: borrowing Request) {
        guard request.mayContinueTrace, let traceparent = request[.traceparent],
            let parent = TraceContext(traceparent: traceparent, state: { request[.tracestate] })
        else { return nil }
        self.parent = parent
        traceText = parent.trace.text
        spanText = parent.span.text
    }
}

extension HTTPField.Name {
    static let traceparent = HTTPField.Name("traceparent")!
    static let tracestate = HTTPField.Name("tracestate")!
}
