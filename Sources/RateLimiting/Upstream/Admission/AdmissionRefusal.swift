/// Why a call upstream is not made. Each says how long from now on another try has a chance.
public enum AdmissionRefusal: Error, Hashable, Sendable {
    /// The upstream fails; it is left alone until then.
    case breakerOpen(retryAfter: Duration)
    /// There is no token, and none in time.
    case budgetUsedUp(retryAfter: Duration)
    /// As many calls are in flight as may be, and this one may not wait.
    case tooManyInFlight(retryAfter: Duration)
    /// As many wait as may, and no other caller has more waiting than this one.
    case queueFull(retryAfter: Duration)
    /// Its turn would come too late for an answer by its deadline.
    case deadlineTooClose(retryAfter: Duration)
    /// The task that waited was cancelled.
    case cancelled

    /// Zero if nothing is known, or if nobody is there to try again.
    public var retryAfter: Duration {
        switch self {
        case .breakerOpen(let wait), .budgetUsedUp(let wait), .tooManyInFlight(let wait), .queueFull(let wait),
            .deadlineTooClose(let wait):
            wait
        case .cancelled: .zero
        }
    }

    /// The case without its number, fit to be a label.
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
