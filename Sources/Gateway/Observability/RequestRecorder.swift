import Caching
import HTTPExchange
import HTTPTypes
public import Logging
import Synchronization
public import Telemetry
public import Transcribe

/// Keeps the books: a line in the access log and a tick in the metrics for each request.
public final class RequestRecorder: Sendable {
    private let log: AccessLog?
    private let names: NameHash
    private let metrics: RequestMetrics
    private let upstream: UpstreamMetrics
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let logger: Logger?
    /// Whether somebody has been told that proxies are not trusted.
    private let hasWarned = Atomic(false)
    /// When a failure of the upstream was last logged, and how many were not since.
    private let failures = Mutex<(at: Moment?, suppressed: Int)>((nil, 0))

    /// - Parameters:
    ///   - log: where the access log goes; nil keeps none.
    ///   - logger: hears why Amazon Transcribe could not be asked.
    public init(
        log: LogWriter?, names: NameHash, registry: PrometheusRegistry, logger: Logger? = nil,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.log = log.map(AccessLog.init)
        self.names = names
        metrics = RequestMetrics(registry: registry)
        upstream = UpstreamMetrics(registry: registry)
        self.clock = clock
        self.logger = logger
    }

    /// How a job is called in the log.
    func label(for name: JobName) -> JobLabel { names.label(for: name, hash: hash(of: name)) }

    /// The same for a job whose name was hashed before.
    func label(for name: JobName, hash: UInt64) -> JobLabel { names.label(for: name, hash: hash) }

    func hash(of name: JobName) -> UInt64 { names.hash(of: name) }

    /// Counts a fetch, and what kept it from an answer.
    func record(fetch failure: FetchFailure?) {
        upstream.increment(fetch: failure)
        if case .upstream(let error) = failure { log(error) }
    }

    /// Counts an attempt of a call to AWS. Nil if it brought a job.
    public func record(attempt error: TranscribeError?) { upstream.increment(attempt: error) }

    /// Says that an operator took something out of the cache.
    /// - Parameter name: nil for everything.
    func recordPurge(of name: JobName?) {
        logger?.info("purged", metadata: ["job": "\(name.map { label(for: $0).text } ?? "all")"])
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

    /// Records an answer. `label` is only asked for if there is a log.
    /// - Parameter age: how long ago AWS was asked for it, in nanoseconds; nil for what is no job.
    func record(
        _ reply: Reply, to context: RequestContext, _ outcome: Outcome, age: Int64? = nil, awsRequestID: String? = nil,
        label: @autoclosure () -> JobLabel?
    ) {
        let elapsed = Moment(clock()).nanoseconds(since: context.start)
        metrics.record(context.route, outcome, status: reply.status.code, elapsed: elapsed)
        if let age { metrics.record(age: age) }
        if context.isOverQuota { metrics.incrementOverQuota() }
        log?.write(reply, to: context, outcome, elapsed: elapsed, label: label(), awsRequestID: awsRequestID)
    }
}
