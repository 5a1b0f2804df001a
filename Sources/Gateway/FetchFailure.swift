import Transcribe

/// Why a look-up brought nothing new.
enum FetchFailure: Error {
    /// The budget for calls to AWS is used up until then.
    case budgetUsedUp(Duration)
    /// As many calls as allowed are in flight.
    case tooManyInFlight
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
        if case .budgetUsedUp(let wait) = self { min(wait, longest) } else { longest }
    }

    /// The status that AWS answered with, where it did.
    var upstreamStatus: Int? {
        if case .upstream(let error) = self { error.origin?.status } else { nil }
    }
}
