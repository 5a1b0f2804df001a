import Caching
import HTTPExchange
import HTTPTypes
public import Telemetry
import Transcribe

/// Keeps the books: a line in the access log and a tick in the metrics for each request.
public final class Journal: Sendable {
    private let log: AccessLog?
    private let names: NameHash
    private let metrics: RequestMetrics
    private let clock: @Sendable () -> ContinuousClock.Instant

    /// - Parameter log: where the access log goes; nil keeps none.
    public init(
        log: LogWriter?, names: NameHash, registry: PrometheusRegistry,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.log = log.map(AccessLog.init)
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
        log?.note(reply, to: visit, outcome, elapsed: elapsed, label: label(), awsRequestID: awsRequestID)
    }
}
