/// How one attempt ended, for counting. The raw values are fit to be labels.
public enum AttemptOutcome: String, Hashable, Sendable, CaseIterable {
    case succeeded
    case jobNotFound = "job_not_found"
    case badRequest = "bad_request"
    case throttled
    case accessDenied = "access_denied"
    case credentialsRejected = "credentials_rejected"
    case credentialsUnavailable = "credentials_unavailable"
    case upstreamFailed = "upstream_failed"
    case malformedAnswer = "malformed_answer"
    case unreachable
    case timedOut = "timed_out"
    case outOfTime = "out_of_time"
    case cancelled

    init(_ failure: AttemptFailure) {
        self =
            switch failure.error {
            case .jobNotFound: .jobNotFound
            case .invalidRequest, .badRequest: .badRequest
            case .throttled: .throttled
            case .accessDenied: .accessDenied
            case .credentialsRejected: .credentialsRejected
            case .credentialsUnavailable: .credentialsUnavailable
            case .upstreamFailed: .upstreamFailed
            case .malformedAnswer: .malformedAnswer
            case .unreachable: .unreachable
            case .timedOut: .timedOut
            case .outOfTime: .outOfTime
            case .cancelled: .cancelled
            }
    }
}
