import Curl

/// Why one attempt brought no job.
enum AttemptFailure: Error, Sendable {
    case refused(ServiceError)
    case malformed(MalformedAnswer, AnswerOrigin?)
    case transport(CurlError)
    case noCredentials(CredentialsUnavailable)

    /// What a call says that ends with this failure.
    var error: TranscribeError {
        switch self {
        case .refused(let refusal): refusal.error
        case .malformed(let fault, let origin): .malformedAnswer(fault, origin)
        case .transport(.timedOut(.waiting)): .outOfTime
        case .transport(.timedOut): .timedOut
        case .transport(.cancelled): .cancelled
        case .transport(.answerTooLarge): .malformedAnswer(.tooLarge, nil)
        case .transport(.malformedAnswer): .malformedAnswer(.notPlainHTTP, nil)
        case .transport(let error): .unreachable(error)
        case .noCredentials(let reason): .credentialsUnavailable(reason)
        }
    }
}

extension ServiceError {
    fileprivate var error: TranscribeError {
        switch kind {
        case .jobNotFound: .jobNotFound(origin)
        case .invalidRequest: .invalidRequest(origin)
        case .badRequest: .badRequest(origin)
        case .throttled: .throttled(origin, retryAfter: advisedDelay)
        case .credentialsRejected, .signatureRejected: .credentialsRejected(origin)
        case .accessDenied: .accessDenied(origin)
        case .transient, .failed: .upstreamFailed(origin)
        }
    }
}
