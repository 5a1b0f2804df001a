import Curl
import RateLimiting
import Transcribe

// What an attempt, or a whole call, says of the service: whether it works, and whether it is asked too often.

extension CallOutcome {
    init(_ outcome: AttemptOutcome) {
        switch outcome {
        case .succeeded, .jobNotFound, .badRequest, .accessDenied, .credentialsRejected: self = .answered
        case .throttled: self = .throttled
        case .upstreamFailed, .malformedAnswer, .unreachable: self = .failed
        case .timedOut: self = .timedOut
        case .credentialsUnavailable, .outOfTime, .cancelled: self = .abandoned
        }
    }

    init(_ error: TranscribeError) {
        switch error {
        case .jobNotFound, .invalidRequest, .badRequest, .accessDenied, .credentialsRejected: self = .answered
        case .throttled: self = .throttled
        case .upstreamFailed, .malformedAnswer, .unreachable: self = .failed
        case .timedOut: self = .timedOut
        case .credentialsUnavailable, .outOfTime, .cancelled: self = .abandoned
        }
    }
}
