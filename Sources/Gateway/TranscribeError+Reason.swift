import Curl
import Transcribe

extension TranscribeError {
    /// What went wrong upstream, for the operator's log: words of ours and AWS's codes. Nil if nothing did.
    var reason: String? {
        switch self {
        case .jobNotFound, .invalidRequest, .cancelled: nil
        case .badRequest(let origin): "a bad request\(origin.words)"
        case .throttled(let origin, _): "throttled\(origin.words)"
        case .accessDenied(let origin): "access denied\(origin.words)"
        case .credentialsRejected(let origin): "credentials rejected\(origin.words)"
        case .credentialsUnavailable(let error): "no credentials: \(error.reason)"
        case .upstreamFailed(let origin): "an error\(origin.words)"
        case .malformedAnswer(let fault, _): "an answer that is \(fault.rawValue)"
        case .unreachable(let error): "\(error)"
        case .timedOut: "no answer in time"
        case .outOfTime: "no time left to ask"
        }
    }
}

extension AnswerOrigin {
    fileprivate var words: String { ", status \(status)" + (code.map { ", code \($0)" } ?? "") }
}
