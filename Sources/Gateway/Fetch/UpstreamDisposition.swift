import Curl
import RateLimiting
public import Transcribe

/// What follows from an error of a call to Amazon Transcribe, or of one attempt of it. This page decides it and no other
/// place does: a new case of ``TranscribeError`` compiles once it has a row here.
struct UpstreamDisposition {
    /// The value of `outcome` in `upstream_attempts_total` and of `result` in `fetches_total`.
    enum Label: String, CaseIterable {
        case jobNotFound = "job_not_found"
        case invalidRequest = "invalid_request"
        case badRequest = "bad_request"
        case throttled
        case accessDenied = "access_denied"
        case credentialsRejected = "credentials_rejected"
        case credentialsUnavailable = "credentials_unavailable"
        case upstreamFailed = "upstream_failed"
        case malformedResponse = "malformed_answer"
        case unreachable
        case timedOut = "timed_out"
        case outOfTime = "out_of_time"
        case cancelled
    }

    /// What becomes of the cached job, and how long the error is remembered.
    enum CacheEffect {
        /// AWS said something of the name, so the problem is an answer: it takes the job's place for `cache.ttl.missing`.
        case replacesJob
        /// The job stays and may be served stale. It is asked for again after ``FetchFailure/longestPause`` at the latest.
        case keepsJob
        /// AWS denies the gateway this job, so it is removed. Other jobs may be served stale, unless AWS denies them too.
        case deniesJob
        /// AWS rejects the credentials. The job is removed, and no job is served stale until AWS answers a call.
        case rejectsCredentials
    }

    let label: Label
    /// What the breaker and the learned rate are told. `abandoned`: AWS was not asked, or the call was
    /// given up.
    let signal: CallOutcome
    let cacheEffect: CacheEffect
    /// The reply where no cached job can be served.
    let problem: Problem
    /// For the operator, in the log and from `doctor`. Of AWS's words it holds the error code and no other.
    let description: String

    /// Whether the call reached AWS.
    var wasAsked: Bool { signal != .abandoned }

    /// Whether it can be an error of this job alone, as an answer that cannot be read, or a refusal that a policy asks for.
    var mayConcernOneJob: Bool {
        switch (cacheEffect, signal) {
        case (.keepsJob, .answered), (.keepsJob, .failed), (.keepsJob, .timedOut), (.deniesJob, _): true
        default: false
        }
    }

    /// Whether a warning is logged. Answers are no faults, and calls are cancelled only while the gateway stops.
    var isLogged: Bool { cacheEffect != .replacesJob && label != .cancelled }
}

extension TranscribeError {
    var disposition: UpstreamDisposition {
        switch self {
        case .jobNotFound: .jobNotFound
        case .invalidRequest: .invalidRequest
        case .badRequest(let origin): .badRequest(origin)
        case .throttled(let origin, let advice): .throttled(origin, retryAfter: advice)
        case .accessDenied(let origin): .accessDenied(origin)
        case .credentialsRejected(let origin): .credentialsRejected(origin)
        case .credentialsUnavailable(let error): .credentialsUnavailable("\(error)")
        case .upstreamFailed(let origin): .upstreamFailed(origin)
        case .malformedResponse(let fault, _): .malformedResponse(fault)
        case .unreachable(let error): .unreachable(error)
        case .timedOut: .timedOut
        case .outOfTime: .outOfTime
        case .cancelled: .cancelled
        }
    }

    /// Whether AWS accepted the call and said something of the name: that there is no such job, or that none can have
    /// this name.
    public var isAnswer: Bool { disposition.cacheEffect == .replacesJob }

    /// For the operator: what is wrong. It can name AWS's error code and holds no other text of AWS's.
    public var operatorText: String { disposition.description }
}

// The rows.

extension UpstreamDisposition {
    fileprivate static let jobNotFound = UpstreamDisposition(
        label: .jobNotFound, signal: .answered, cacheEffect: .replacesJob,
        problem: .jobNotFound(inRegion: nil),
        description: "AWS knows no such job")

    fileprivate static let invalidRequest = UpstreamDisposition(
        label: .invalidRequest, signal: .answered, cacheEffect: .replacesJob,
        problem: Problem(.invalidJobName, "Amazon Transcribe accepts no job of this name. Check the name."),
        description: "AWS does not accept this job name")

    fileprivate static func badRequest(_ origin: ResponseOrigin) -> Self {
        UpstreamDisposition(
            label: .badRequest, signal: .answered, cacheEffect: .keepsJob,
            problem: Problem(.upstreamFailed, "Amazon Transcribe refused the gateway's request. \(tryAgain)"),
            description: "AWS refuses the request as a bad one" + code(origin))
    }

    fileprivate static func throttled(_ origin: ResponseOrigin, retryAfter advice: Duration?) -> Self {
        let problem = Problem(
            .upstreamThrottled,
            """
            Amazon Transcribe has refused a request of the gateway's AWS account because it had too many. This is AWS's limit, \
            not yours. Try again shortly.
            """)
        return UpstreamDisposition(
            label: .throttled, signal: .throttled, cacheEffect: .keepsJob,
            problem: problem.retrying(after: advice ?? .seconds(1)),
            description: "AWS takes the credentials, and limits the requests of their account at the moment"
                + code(origin))
    }

    fileprivate static func accessDenied(_ origin: ResponseOrigin) -> Self {
        UpstreamDisposition(
            label: .accessDenied, signal: .answered, cacheEffect: .deniesJob,
            problem: Problem(
                .accessDenied,
                """
                The gateway's AWS role lacks the permission transcribe:GetMedicalTranscriptionJob for this job. Ask the gateway's \
                operator to add it.
                """),
            description: "AWS takes the credentials, but they lack the permission "
                + "transcribe:GetMedicalTranscriptionJob" + code(origin))
    }

    fileprivate static func credentialsRejected(_ origin: ResponseOrigin) -> Self {
        UpstreamDisposition(
            label: .credentialsRejected, signal: .answered, cacheEffect: .rejectsCredentials,
            problem: Problem(
                .credentials, "AWS does not accept the gateway's credentials. Ask its operator to renew them."),
            description: "AWS does not take the credentials" + code(origin))
    }

    fileprivate static func credentialsUnavailable(_ reason: String) -> Self {
        UpstreamDisposition(
            label: .credentialsUnavailable, signal: .abandoned, cacheEffect: .keepsJob,
            problem: Problem(.credentials, "The gateway could not get AWS credentials. \(tryAgain)"),
            description: "there are no credentials: \(reason)")
    }

    fileprivate static func upstreamFailed(_ origin: ResponseOrigin) -> Self {
        UpstreamDisposition(
            label: .upstreamFailed, signal: .failed, cacheEffect: .keepsJob,
            problem: Problem(.upstreamFailed, "Amazon Transcribe answered with an error. \(tryAgain)"),
            description: origin.code == nil && origin.status < 500
                ? "the answer has status \(origin.status) and no error code of AWS's: a proxy on the way may have refused"
                : "AWS answered with an error of its own" + code(origin))
    }

    fileprivate static func malformedResponse(_ fault: MalformedResponse) -> Self {
        UpstreamDisposition(
            label: .malformedResponse, signal: .failed, cacheEffect: .keepsJob,
            problem: Problem(
                .upstreamFailed, "The answer to the gateway's request was none of Amazon Transcribe's. \(tryAgain)"),
            description: "what answered is not Amazon Transcribe: \(fault.rawValue)")
    }

    fileprivate static func unreachable(_ error: CurlError) -> Self {
        UpstreamDisposition(
            label: .unreachable, signal: .failed, cacheEffect: .keepsJob,
            problem: Problem(.upstreamFailed, "The gateway could not reach Amazon Transcribe. \(tryAgain)"),
            description: "the endpoint cannot be asked: \(error)")
    }

    fileprivate static let timedOut = UpstreamDisposition(
        label: .timedOut, signal: .timedOut, cacheEffect: .keepsJob, problem: .upstreamTimeout,
        description: "there was no answer within upstream.timeout")

    fileprivate static let outOfTime = UpstreamDisposition(
        label: .outOfTime, signal: .abandoned, cacheEffect: .keepsJob, problem: .upstreamTimeout,
        description: "upstream.timeout was over before AWS could be asked")

    fileprivate static let cancelled = UpstreamDisposition(
        label: .cancelled, signal: .abandoned, cacheEffect: .keepsJob, problem: .stopping,
        description: "the call was cancelled")

    /// What a client can do about what may pass by itself.
    private static let tryAgain = "Try again shortly; if that does not help, tell the gateway's operator."

    /// AWS's error code in brackets, or else the status.
    private static func code(_ origin: ResponseOrigin) -> String {
        " (\(origin.code?.text ?? "status \(origin.status)"))"
    }
}
