import Caching
import HTTPExchange
import HTTPTypes
public import Logging
import Synchronization
public import Telemetry
public import Transcribe

/// Writes the access log, counts requests and fetches, and logs what goes wrong at AWS. Safe to use from any thread.
public final class RequestRecorder: Sendable {
    private let log: AccessLog?
    let names: NameHash
    private let metrics: RequestMetrics
    private let upstream: UpstreamMetrics
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let logger: Logger?
    /// Whether the warning of an untrusted proxy has been logged.
    private let hasWarned = Atomic(false)
    /// When a failure of the upstream was last logged, and how many were not since.
    private let failures = Mutex<(at: Moment?, suppressed: Int)>((nil, 0))

    /// - Parameters:
    ///   - log: where the access log goes; nil keeps none.
    ///   - logger: where warnings go; nil logs none.
    public init(
        log: LogWriter?, names: NameHash, registry: PrometheusRegistry, logger: Logger? = nil,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.log = log.map { AccessLog($0, names: names) }
        self.names = names
        metrics = RequestMetrics(registry: registry)
        upstream = UpstreamMetrics(registry: registry)
        self.clock = clock
        self.logger = logger
    }

    /// Counts a fetch, and logs why AWS gave no usable answer. Nil if the fetch brought a job.
    func record(fetch failure: FetchFailure?) {
        upstream.increment(fetch: failure)
        if case .upstream(let error) = failure { log(error) }
    }

    /// Counts an attempt of a call to AWS. Nil if it brought a job.
    public func record(attempt error: TranscribeError?) { upstream.increment(attempt: error) }

    /// Logs a purge.
    /// - Parameter name: nil for everything.
    func recordPurge(of name: JobName?) {
        logger?.info("purged", metadata: ["job": "\(name.map { names.label(for: $0) } ?? "all")"])
    }

    /// Logs why a call to AWS brought no job, at most once a second: while AWS is down there is one for each look-up.
    private func log(_ error: TranscribeError) {
        let disposition = error.disposition
        guard disposition.isLogged else { return }
        let now = Moment(clock())
        let suppressed: Int? = failures.withLock { failures in
            if let last = failures.at, now.seconds(since: last) < 1 {
                failures.suppressed += 1
                return nil
            }
            defer { failures = (now, 0) }
            return failures.suppressed
        }
        guard let suppressed else { return }
        logger?.warning(
            "Amazon Transcribe gave no usable answer",
            metadata: [
                "reason": "\(disposition.description)", "status": "\(error.origin.map { "\($0.status)" } ?? "none")",
                "awsRequestId": "\(error.awsRequestID ?? "none")", "suppressed": "\(suppressed)",
            ])
    }

    /// Warns, once, of a peer that is no trusted proxy and forwards a request: if it is a proxy, its clients share one
    /// limit. `isForwarded` is only asked until then.
    func warnOfUntrustedProxy(_ isForwarded: () -> Bool) {
        guard !hasWarned.load(ordering: .relaxed), isForwarded(), !hasWarned.exchange(true, ordering: .relaxed) else {
            return
        }
        logger?.warning(
            """
            a request came with X-Forwarded-For from a peer that is not one of clients.trustedProxies; the field is \
            ignored. If that is a proxy, list its address, for all its clients count as one.
            """)
    }

    /// Counts a request and writes its line.
    /// - Parameters:
    ///   - hash: of the job's name, where it is known already.
    ///   - age: how long ago AWS was asked, in nanoseconds; nil for what is no job.
    ///   - problem: what the reply says, if it is no success.
    func record(
        _ reply: Reply, in context: RequestContext, _ outcome: Outcome, job: JobName? = nil, hash: UInt64? = nil,
        age: Int64? = nil, problem: ProblemType? = nil, awsRequestID: String? = nil
    ) {
        let elapsed = Moment(clock()).nanoseconds(since: context.start)
        metrics.record(context.route, outcome, status: reply.status.code, elapsed: elapsed)
        if let age { metrics.record(age: age) }
        if context.isOverQuota { metrics.incrementOverQuota() }
        log?.write(
            reply, in: context, outcome, elapsed: elapsed, job: job, hash: hash, problem: problem,
            awsRequestID: awsRequestID)
    }
}
