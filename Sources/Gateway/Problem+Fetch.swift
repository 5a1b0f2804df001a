import HTTPTypes
import RateLimiting
import Transcribe

extension Problem {
    /// The one page that turns what went wrong behind the gateway into an answer.
    init(_ failure: FetchFailure) {
        switch failure {
        case .refused(let refusal): self.init(refusal)
        case .tooManyWaiting: self = Problem.overloaded.retrying(after: .seconds(1))
        case .upstream(let error):
            self.init(error)
            awsRequestID = error.awsRequestID
        }
    }

    /// For `only-if-cached` (RFC 9111 §5.2.1.7).
    static let notCached = Problem(
        .notCached, .gatewayTimeout,
        "This job is not in the cache, and the request's Cache-Control (only-if-cached) forbids asking AWS.")

    static let overloaded = Problem(
        .overloaded, .serviceUnavailable, "Too many requests wait for Amazon Transcribe already. Try again shortly.")

    static let stopping = Problem(
        .stopping, .serviceUnavailable, "The gateway is being stopped and had no time to finish. Try again."
    ).retrying(after: .seconds(1))

    static let timedOut = Problem(
        .upstreamTimeout, .gatewayTimeout, "Amazon Transcribe did not answer within the time allowed for one look-up.")

    private init(_ refusal: AdmissionRefusal) {
        switch refusal {
        case .budgetUsedUp(let wait):
            self = Problem(
                .upstreamBudget, .serviceUnavailable,
                "The gateway has used up its own budget of requests to Amazon Transcribe. Try again shortly."
            ).retrying(after: wait)
        case .breakerOpen(let wait):
            self = Problem(
                .upstreamUnavailable, .serviceUnavailable,
                "Amazon Transcribe has failed too often of late; the gateway is leaving it alone for a while."
            ).retrying(after: wait)
        case .tooManyInFlight(let wait), .queueFull(let wait), .deadlineTooClose(let wait):
            self = Problem.overloaded.retrying(after: wait)
        case .cancelled: self = .stopping
        }
    }

    private init(_ error: TranscribeError) {
        switch error {
        case .jobNotFound:
            self.init(.jobNotFound, .notFound, "Amazon Transcribe knows no medical transcription job of this name.")
        case .invalidRequest:
            self.init(.invalidJobName, .badRequest, "Amazon Transcribe does not accept this job name.")
        case .badRequest:
            self.init(.upstreamFailed, .badGateway, "Amazon Transcribe refused the gateway's request as a bad one.")
        case .throttled(_, let advice):
            self = Problem(
                .upstreamThrottled, .serviceUnavailable,
                "Amazon Transcribe limits the requests of the gateway's AWS account; this is AWS's limit, not yours."
            ).retrying(after: advice ?? .seconds(1))
        case .accessDenied:
            self.init(
                .accessDenied, .badGateway,
                "The gateway's AWS role lacks the permission transcribe:GetMedicalTranscriptionJob for this job.")
        case .credentialsRejected:
            self.init(.credentials, .badGateway, "AWS does not accept the gateway's credentials.")
        case .credentialsUnavailable:
            self.init(.credentials, .badGateway, "The gateway could not get AWS credentials.")
        case .upstreamFailed:
            self.init(.upstreamFailed, .badGateway, "Amazon Transcribe answered with an error.")
        case .malformedAnswer:
            self.init(.upstreamFailed, .badGateway, "The answer of Amazon Transcribe could not be understood.")
        case .unreachable:
            self.init(.upstreamFailed, .badGateway, "Amazon Transcribe could not be reached.")
        case .timedOut, .outOfTime:
            self = .timedOut
        case .cancelled:
            self = .stopping
        }
    }
}
