import Curl
import RateLimiting
import Transcribe

/// Why a look-up brought nothing new.
enum FetchFailure: Error {
    /// The gateway makes no call to AWS for it now.
    case refused(AdmissionRefusal)
    /// As many requests as allowed wait for one.
    case tooManyWaiting
    case upstream(TranscribeError)
}

extension FetchFailure {
    /// Whether the gateway kept the call to itself, so that the same call may be made for somebody with a better claim.
    var isOwnRefusal: Bool {
        switch self {
        case .refused, .tooManyWaiting: true
        case .upstream: false
        }
    }

    /// Whether AWS takes the gateway for somebody who may not see the job, or no longer for anybody: then nothing that
    /// it saw before may be shown.
    var revokes: Bool {
        switch self {
        case .upstream(.accessDenied), .upstream(.credentialsRejected): true
        default: false
        }
    }

    /// How long not to ask again unless a client demands it: not longer than a running job's freshness, nor so long that
    /// anybody would wait for AWS's return.
    func pause(atMost running: Duration) -> Duration {
        let longest = min(running, .seconds(2))
        return if case .refused(let refusal) = self { min(refusal.retryAfter, longest) } else { longest }
    }

    /// Why a stored answer has to do.
    var detail: CacheStatus.Detail {
        switch self {
        case .refused(.budgetUsedUp): .budgetUsedUp
        case .upstream, .refused(.breakerOpen): .staleIfError
        case .refused, .tooManyWaiting: .overloaded
        }
    }

    /// The status that AWS answered with, where it did.
    var upstreamStatus: Int? {
        if case .upstream(let error) = self { error.origin?.status } else { nil }
    }
}

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
