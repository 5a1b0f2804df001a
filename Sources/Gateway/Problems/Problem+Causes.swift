import HTTPExchange
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

extension Problem {
    /// The words for what the server refuses before any route is looked at.
    init(_ refusal: Refusal) {
        switch refusal {
        case .malformed(let reason):
            self.init(.malformedRequest, .badRequest, "The request breaks a rule of HTTP/1.1: \(reason).")
        case .targetTooLong(let limit):
            self.init(.targetTooLong, .uriTooLong, "The path and query may have \(limit) bytes.")
        case .tooManyFields(let limit):
            self.init(
                .tooManyHeaderFields, .requestHeaderFieldsTooLarge, "A request may have \(limit) header fields.")
        case .bodyNotAllowed:
            self.init(
                .contentNotAllowed, .badRequest, "GET and HEAD take no content here. Send the request without it.")
        case .bodyTooLarge(let limit):
            self.init(.contentTooLarge, .contentTooLarge, "The content may have \(limit) bytes.")
        case .unknownTransferCoding:
            self.init(.unsupportedFeature, .notImplemented, "The only transfer coding known here is 'chunked'.")
        case .unknownExpectation:
            self.init(.unsupportedFeature, .expectationFailed, "The only expectation known here is '100-continue'.")
        }
    }
}
