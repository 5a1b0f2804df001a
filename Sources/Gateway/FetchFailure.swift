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
    /// Whether AWS was asked.
    var hasReachedAWS: Bool {
        if case .upstream = self { true } else { false }
    }

    /// Whether AWS takes the gateway for somebody who may not see the job, or no longer for anybody: then nothing that
    /// it saw before may be shown.
    var revokes: Bool {
        switch self {
        case .upstream(.accessDenied), .upstream(.credentialsRejected): true
        default: false
        }
    }

    /// How long not to ask again unless a client demands it.
    func pause(atMost longest: Duration) -> Duration {
        if case .refused(let refusal) = self { min(refusal.retryAfter, longest) } else { longest }
    }

    /// The status that AWS answered with, where it did.
    var upstreamStatus: Int? {
        if case .upstream(let error) = self { error.origin?.status } else { nil }
    }
}
