/// Why a call upstream is not made, with the time after which another try may succeed.
public enum AdmissionRefusal: Error, Hashable, Sendable {
    /// The upstream fails: the breaker refuses calls until then.
    case breakerOpen(retryAfter: Duration)
    /// There is no token, and none comes in time. `isThrottled`: throttling by the upstream keeps the rate of tokens down.
    case budgetUsedUp(retryAfter: Duration, isThrottled: Bool)
    /// All permits are in use, and this call may not wait.
    case tooManyInFlight(retryAfter: Duration)
    /// The queue is full, and no other caller has more calls in it than this one.
    case queueFull(retryAfter: Duration)
    /// The call's turn would come too late for an answer by its deadline.
    case deadlineTooClose(retryAfter: Duration)
    /// The task that waited was cancelled.
    case cancelled

    /// Zero if nothing is known, and after cancellation.
    public var retryAfter: Duration {
        switch self {
        case .breakerOpen(let wait), .budgetUsedUp(let wait, _), .tooManyInFlight(let wait), .queueFull(let wait),
            .deadlineTooClose(let wait):
            wait
        case .cancelled: .zero
        }
    }

    /// The case without its time; the raw value is a label for metrics.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        case breakerOpen = "breaker_open"
        case budgetUsedUp = "budget_used_up"
        case tooManyInFlight = "too_many_in_flight"
        case queueFull = "queue_full"
        case deadlineTooClose = "deadline_too_close"
        case cancelled
    }

    public var reason: Reason {
        switch self {
        case .breakerOpen: .breakerOpen
        case .budgetUsedUp: .budgetUsedUp
        case .tooManyInFlight: .tooManyInFlight
        case .queueFull: .queueFull
        case .deadlineTooClose: .deadlineTooClose
        case .cancelled: .cancelled
        }
    }
}
