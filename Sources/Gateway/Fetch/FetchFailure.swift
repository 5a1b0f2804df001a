import RateLimiting
import Transcribe

/// Why a fetch brought nothing new.
enum FetchFailure: Error {
    /// The gateway makes no call to AWS for it now.
    case refused(AdmissionRefusal)
    case upstream(TranscribeError)
}

extension FetchFailure {
    /// The longest time after which a cached job that could not be refreshed is asked for again.
    static let longestPause = Duration.seconds(2)

    /// Every value of ``label``, each once.
    static let labels = Set(
        AdmissionRefusal.Reason.allCases.map(\.rawValue) + UpstreamDisposition.Label.allCases.map(\.rawValue))

    /// The value of `result` in `fetches_total`.
    var label: String {
        switch self {
        case .refused(let refusal): refusal.reason.rawValue
        case .upstream(let error): error.disposition.label.rawValue
        }
    }

    /// The reply where no cached job can be served.
    var problem: Problem {
        switch self {
        case .refused(let refusal): return Problem(refusal)
        case .upstream(let error):
            var problem = error.disposition.problem
            // A failure may pass by itself. An answer about the name is stored, with a time of its own.
            if !error.isAnswer, problem.retryAfter == nil { problem = problem.retrying(after: .seconds(1)) }
            problem.awsRequestID = error.awsRequestID
            return problem
        }
    }

    /// Whether the gateway itself refused the call, so that one of a higher priority may be made.
    var isOwnRefusal: Bool {
        if case .refused = self { true } else { false }
    }

    /// What becomes of the cached job.
    var cacheEffect: UpstreamDisposition.CacheEffect {
        if case .upstream(let error) = self { error.disposition.cacheEffect } else { .keepsJob }
    }

    /// Whether a fresh answer stays as it is. A job whose refresh AWS left unanswered remembers that.
    func leavesAsItIs(_ answer: CachedAnswer) -> Bool {
        isOwnRefusal || cacheEffect == .keepsJob && answer.job == nil
    }

    /// Whether it can be a failure of this job alone.
    var mayConcernOneJob: Bool {
        if case .upstream(let error) = self { error.disposition.mayConcernOneJob } else { false }
    }

    /// Whether AWS denies the list, so that asking for it soon is of no use.
    var deniesList: Bool {
        if case .upstream(.accessDenied) = self { true } else { false }
    }

    /// How long a cached job is not asked for again, unless a client demands it: not longer than a running job is fresh.
    func pause(atMost running: Duration) -> Duration {
        let longest = min(running, Self.longestPause)
        return if case .refused(let refusal) = self { min(refusal.retryAfter, longest) } else { longest }
    }

    /// Why a stored answer is served instead.
    var detail: CacheStatus.Detail {
        switch self {
        case .refused(.budgetUsedUp): .budgetUsedUp
        case .upstream, .refused(.breakerOpen): .staleIfError
        case .refused: .overloaded
        }
    }
}
