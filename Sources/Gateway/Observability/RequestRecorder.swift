import Caching
import HTTPExchange
import HTTPTypes
public import Logging
import RateLimiting
import Synchronization
public import Telemetry
public import Tracing
public import Transcribe

/// Writes the access log, counts requests and fetches, and logs what goes wrong at AWS. Safe to use from any thread.
public final class RequestRecorder: Sendable {
    private let accessLog: AccessLog?
    private let keepsAccessLog: Atomic<Bool>
    /// Stands for job names in the log.
    public let names: NameHash
    private let metrics: RequestMetrics
    private let upstream: UpstreamMetrics
    let watch: WatchMetrics
    /// The steps of look-ups.
    let lookUps: LookUpLog
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let logger: Logger?
    /// Nil where no spans are recorded.
    let tracer: Tracer?
    /// Whether the warning of an untrusted proxy has been logged.
    private let hasWarned = Atomic(false)
    /// When a failure of the upstream was last logged, and how many were not since.
    private let failures = Mutex<(at: Moment?, suppressed: Int)>((nil, 0))

    /// - Parameters:
    ///   - log: where the access log goes; nil keeps none.
    ///   - isLogging: whether the access log is kept at first.
    ///   - logger: where warnings go; nil logs none.
    ///   - tracer: where spans go; nil records none.
    public init(
        log: LogWriter?, isLogging: Bool = true, names: NameHash, registry: PrometheusRegistry, logger: Logger? = nil,
        tracer: Tracer? = nil, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        accessLog = log.map { AccessLog($0) }
        keepsAccessLog = Atomic(isLogging)
        self.names = names
        metrics = RequestMetrics(registry: registry)
        upstream = UpstreamMetrics(registry: registry)
        watch = WatchMetrics(registry: registry)
        self.clock = clock
        self.logger = logger
        self.tracer = tracer
        lookUps = LookUpLog(logger, names)
    }

    /// Nil while none is kept.
    private var log: AccessLog? { keepsAccessLog.load(ordering: .relaxed) ? accessLog : nil }

    /// Keeps the access log from now on, or keeps none.
    public func keepAccessLog(_ isKept: Bool) { keepsAccessLog.store(isKept, ordering: .relaxed) }

    /// Counts a fetch, and logs why AWS gave no usable answer. Nil if the fetch brought a job.
    func record(fetch failure: FetchFailure?) {
        upstream.increment(fetch: failure)
        if case .upstream(let error) = failure { log(error) }
    }

    /// Counts an attempt of a call to AWS. Nil if it brought a job.
    public func record(attempt error: TranscribeError?) { upstream.increment(attempt: error) }

    /// Records how long AWS took for an attempt, if it was asked at all. Nil if it brought what was asked for.
    func record(
        call operation: UpstreamMetrics.Operation, _ error: TranscribeError?, since begin: ContinuousClock.Instant,
        at end: ContinuousClock.Instant
    ) {
        guard error?.disposition.wasAsked ?? true else { return }
        upstream.record(operation, tookNanoseconds: Moment(end).nanoseconds(since: Moment(begin)))
    }

    /// Logs why there was no list of running jobs. What AWS denies comes once in a long time.
    func record(list failure: FetchFailure) {
        guard case .upstream(let error) = failure else { return }
        guard failure.deniesList else { return log(error) }
        logger?.warning(
            """
            the gateway's AWS role lacks the permission transcribe:ListMedicalTranscriptionJobs, with which many running jobs \
            take one call; each is looked up by itself. Grant it, or set watch.list to off
            """, metadata: ["aws.request_id": "\(error.awsRequestID ?? "none")"])
    }

    /// Logs when calls are held back, and when no longer.
    func upstreamLog(of subject: UpstreamLog.Subject) -> @Sendable (AdmissionCondition) -> Void {
        UpstreamLog(logger, of: subject).record
    }

    /// Logs a purge.
    /// - Parameter name: nil for everything.
    func recordPurge(of name: JobName?) {
        metrics.recordPurge(isOfAll: name == nil)
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
                "reason": "\(disposition.description)",
                "http.response.status_code": "\(error.origin.map { "\($0.status)" } ?? "none")",
                "aws.request_id": "\(error.awsRequestID ?? "none")", "suppressed": "\(suppressed)",
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
            ignored. If that is a proxy, list its address (for the Unix socket: unix), for all its clients count as one.
            """)
    }

    /// Writes down what ``finish(_:of:wasSent:)`` counts and logs of a request, when its reply has ended.
    /// - Parameters:
    ///   - hash: of the job's name, where it is known already.
    ///   - age: how long ago AWS was asked, in nanoseconds; nil for what is no job.
    ///   - problem: what the reply says, if it is no success.
    func record(
        _ reply: Reply, in context: RequestContext, _ outcome: Outcome, job: JobName? = nil, hash: UInt64? = nil,
        age: Int64? = nil, problem: ProblemType? = nil, awsRequestID: String? = nil
    ) {
        let texts = texts(
            of: context, job, awsRequestID ?? context.awsRequestID, isStream: reply.stream != nil)
        let contents = RequestRecord.Contents(
            number: context.id.number, elapsed: Moment(clock()).nanoseconds(since: context.start), age: age,
            subject: job.map { hash ?? names.hash(of: $0) },
            contentLength: reply.sentBytes(to: context.method), status: UInt16(reply.status.code),
            method: AccessLog.number(of: context.method), route: UInt8(context.route.rawValue),
            outcome: UInt8(outcome.rawValue), problem: problem.map { UInt8($0.number) },
            names: UInt8(context.names), isOverLimit: context.isOverQuota, hasTexts: texts != nil)
        context.record.fill(contents, texts)
    }

    /// A stream has them in any case: before it ends a log may be kept, or names shown, that are not when it begins.
    private func texts(
        of context: RequestContext, _ job: JobName?, _ awsRequestID: String?, isStream: Bool
    ) -> RequestRecord.Texts? {
        let hasTexts =
            isStream || context.isForwarded || names.showsNames || awsRequestID != nil || context.id.isGiven
            || context.trace != nil
        guard hasTexts, isStream || log != nil || context.trace?.span != nil else { return nil }
        return RequestRecord.Texts(
            id: context.id.isGiven ? context.id.text : nil, client: context.isForwarded ? context.client : nil,
            subject: isStream || names.showsNames ? job?.text : nil, upstreamID: awsRequestID, trace: context.trace)
    }

    /// Counts a request and writes its line. Where the reply could not be sent, neither claims that it was.
    func finish(_ record: RequestRecord, of peer: PeerAddress, wasSent: Bool) {
        guard let contents = record.contents else { return }
        // A client leaves a stream when it likes: it has got what was sent.
        let wasSent = wasSent || contents.events != nil
        let outcome = wasSent ? Int(contents.outcome) : Outcome.unsent.rawValue
        metrics.record(contents, outcome, wasSent: wasSent)
        let texts = contents.hasTexts ? record.texts : nil
        let name = names.showsNames ? texts?.subject : nil
        log?.write(contents, texts, named: name, outcome, of: peer, wasSent: wasSent)
        if let tracer, let trace = texts?.trace as? RequestTrace,
            let span = TraceSpan(of: trace, contents, outcome, of: texts?.client ?? peer, wasSent: wasSent)
        {
            tracer.record(span)
        }
    }

    /// Counts a request that the HTTP library refused by itself, and writes its line.
    func recordRefusal(status: Int, of peer: PeerAddress?) {
        metrics.increment(status: status)
        log?.writeRefusal(status: status, of: peer)
    }
}

extension Reply {
    /// The bytes of the content that are sent: of a 304 and to HEAD none, though the reply has them for their length.
    fileprivate func sentBytes(to method: HTTPRequest.Method) -> Int {
        method == .head || status == .notModified ? 0 : body.bytes.count
    }
}
