import Caching
import Synchronization
import Tracing
import Transcribe

/// An operation of Amazon Transcribe that the gateway calls.
enum TracedOperation: String, Sendable {
    case job = "GetMedicalTranscriptionJob"
    case runningJobs = "ListMedicalTranscriptionJobs"
}

/// The spans of a call to AWS, one for each attempt (OpenTelemetry, "Semantic conventions for RPC": AWS SDK). Safe to use from
/// any thread.
final class CallTrace: Sendable {
    private struct State: Sendable {
        var attempts: [TraceContext] = []
        /// Of the attempt under way.
        var begin: Moment?
    }

    private let operation: TracedOperation
    private let tracer: Tracer
    /// The place of the first attempt.
    private let first: TraceContext
    /// The span of the request that waits for the call; nil if none does.
    private let parent: ParentSpan?
    private let links: [TraceContext]
    /// The hash of the job's name.
    private let job: UInt64?
    private let state = Mutex(State())

    private init(
        _ operation: TracedOperation, by tracer: Tracer, _ first: TraceContext, under parent: ParentSpan?,
        links: [TraceContext], job: UInt64?
    ) {
        self.operation = operation
        self.tracer = tracer
        self.first = first
        self.parent = parent
        self.links = links
        self.job = job
    }

    /// A call that a request waits for; nil unless that request's span is recorded.
    static func begin(_ operation: TracedOperation, for trace: RequestTrace?, by tracer: Tracer, job: () -> UInt64)
        -> CallTrace?
    {
        guard let span = trace?.span else { return nil }
        return CallTrace(
            operation, by: tracer, tracer.sibling(of: span), under: ParentSpan(span, isRemote: false), links: [],
            job: job())
    }

    /// A call that no request waits for. It has a trace of its own; nil if that is not recorded.
    ///
    /// - Parameter trace: of a request that caused it.
    static func beginInBackground(
        _ operation: TracedOperation, after trace: RequestTrace?, by tracer: Tracer, job: () -> UInt64?
    ) -> CallTrace? {
        guard let first = tracer.begin() else { return nil }
        let links = [trace?.span].compactMap(\.self)
        return CallTrace(operation, by: tracer, first, under: nil, links: links, job: job())
    }

    /// The spans of the attempts so far.
    var spans: [TraceContext] { state.withLock(\.attempts) }

    func attemptBegan(at now: Moment) {
        state.withLock { state in
            state.attempts.append(state.attempts.isEmpty ? first : tracer.sibling(of: first))
            state.begin = now
        }
    }

    func attemptSucceeded(_ origin: ResponseOrigin?, at now: Moment) { end(nil, origin, at: now) }

    /// Without effect for an attempt that was not begun, as where there are no credentials.
    func attemptFailed(_ error: TranscribeError, at now: Moment) { end(error, error.origin, at: now) }

    private func end(_ error: TranscribeError?, _ origin: ResponseOrigin?, at now: Moment) {
        let attempt = state.withLock { state in
            defer { state.begin = nil }
            return state.begin.map { (begin: $0, number: state.attempts.count, context: state.attempts.last ?? first) }
        }
        guard let attempt else { return }
        tracer.record(
            TraceSpan(
                "Transcribe.\(operation.rawValue)", .client, at: attempt.context, under: parent,
                from: attempt.begin.nanoseconds, to: now.nanoseconds,
                attributes: attributes(attempt.number, error, origin), links: links,
                // That AWS knows no such job is an answer.
                isError: error.map { !$0.isAnswer } ?? false))
    }

    private func attributes(
        _ attempt: Int, _ error: TranscribeError?, _ origin: ResponseOrigin?
    ) -> [SpanAttribute] {
        var attributes = [
            SpanAttribute("rpc.system", "aws-api"), SpanAttribute("rpc.service", "Transcribe"),
            SpanAttribute("rpc.method", operation.rawValue), SpanAttribute("transcribe_gateway.attempt", attempt),
        ]
        if let job { attributes.append(.job(job)) }
        if let origin {
            attributes.append(SpanAttribute("http.response.status_code", origin.status))
            if let id = origin.requestID { attributes.append(SpanAttribute("aws.request_id", id)) }
        }
        if let error { attributes.append(SpanAttribute("error.type", error.disposition.label.rawValue)) }
        return attributes
    }
}

extension RequestRecorder {
    /// - Parameter isAwaited: whether the request that began the fetch waits for it. Otherwise the calls have a trace of their
    ///   own, as those of refreshes and of watched jobs.
    func traceCalls(of request: FetchRequest, isAwaited: Bool) -> CallTrace? {
        guard let tracer else { return nil }
        let job = { self.names.hash(of: request.name) }
        return isAwaited
            ? .begin(.job, for: request.trace, by: tracer, job: job)
            : .beginInBackground(.job, after: request.trace, by: tracer, job: job)
    }

    func traceCallForList() -> CallTrace? {
        tracer.flatMap { .beginInBackground(.runningJobs, after: nil, by: $0) { nil } }
    }
}
