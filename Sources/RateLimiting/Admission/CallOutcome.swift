/// How a call upstream, or one attempt of it, ended: what the breaker, the rate and the concurrency limit learn from.
public enum CallOutcome: Hashable, Sendable, CaseIterable {
    /// An answer, whatever it says; that the caller is wrong is one too.
    case answered
    /// The service said that it is asked too often. It works, so the breaker does not care; the rate falls.
    case throttled
    /// The service, or the way to it, failed.
    case failed
    /// No answer in time: a failure, and a sign that too many calls are in flight.
    case timedOut
    /// The service was not asked, or the call was given up: nothing is learned.
    case abandoned

    var forBreaker: Breaker.Outcome {
        switch self {
        case .answered: .succeeded
        case .failed, .timedOut: .failed
        case .throttled, .abandoned: .ignored
        }
    }
}
