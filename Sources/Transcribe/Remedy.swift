import Curl

/// What can make another attempt succeed where one has failed. The operation only reads, so it can always be repeated.
enum Remedy: Hashable, Sendable {
    case none
    /// Time.
    case wait(RetryCause, advised: Duration?)
    case freshCredentials
    case correctClock
}

extension AttemptFailure {
    var remedy: Remedy {
        switch self {
        case .refused(let refusal): refusal.remedy
        case .transport(let error): error.isTransient ? .wait(.transient, advised: nil) : .none
        // A whole answer of the wrong form would come again.
        case .malformed, .noCredentials: .none
        }
    }
}

extension ServiceError {
    fileprivate var remedy: Remedy {
        switch kind {
        case .throttled: .wait(.throttling, advised: advisedDelay)
        case .transient: .wait(.transient, advised: advisedDelay)
        case .credentialsRejected: .freshCredentials
        case .signatureRejected: .correctClock
        case .jobNotFound, .invalidRequest, .badRequest, .accessDenied, .failed: .none
        }
    }
}

extension CurlError {
    fileprivate var isTransient: Bool {
        switch self {
        case .timedOut, .couldNotResolve, .couldNotConnect, .tlsFailed(.handshake), .closedEarly, .other: true
        case .tlsFailed, .answerTooLarge, .malformedAnswer, .unsupportedURL, .malformedRequest, .cancelled, .shutDown:
            false
        }
    }
}
