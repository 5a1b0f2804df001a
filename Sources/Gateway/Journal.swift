import Caching
import HTTPExchange
import HTTPTypes
import Logging
public import Telemetry
import Transcribe

/// Keeps the books: a line in the access log and a tick in the metrics for each request.
///
/// The line names the job by its hash and says nothing of the query, the user agent or any content.
public final class Journal: Sendable {
    private let log: LogWriter?
    private let names: NameHash
    private let metrics: RequestMetrics
    private let clock: @Sendable () -> ContinuousClock.Instant

    /// - Parameter log: where the access log goes; nil keeps none.
    public init(
        log: LogWriter?, names: NameHash, registry: PrometheusRegistry,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.log = log
        self.names = names
        metrics = RequestMetrics(registry: registry)
        self.clock = clock
    }

    /// How a job is called in the log.
    func label(for name: JobName) -> String { names.text(for: name) }

    /// Notes an answer. `label` is only asked for if there is a log.
    func note(
        _ reply: Reply, to visit: Visit, _ outcome: Outcome, awsRequestID: String? = nil,
        label: @autoclosure () -> String?
    ) {
        let elapsed = Moment(clock()).nanoseconds(since: visit.start)
        metrics.note(outcome, status: reply.status.code, elapsed: elapsed)
        log?.log(.info, logger: "access", message: "request") { [label = log == nil ? nil : label()] line in
            line.member("method", visit.method.rawValue)
            line.member("job", ifAny: label)
            line.member("status", reply.status.code)
            line.member("outcome", outcome.word)
            line.member("microseconds", Int(elapsed / 1_000))
            line.member("bytes", reply.body.bytes.count)
            line.member("client", visit.peer.text)
            line.member("requestId", visit.id)
            line.member("awsRequestId", ifAny: awsRequestID)
        }
    }
}

extension LogLine {
    fileprivate mutating func member(_ name: String, ifAny value: String?) {
        guard let value else { return }
        member(name, value)
    }
}
