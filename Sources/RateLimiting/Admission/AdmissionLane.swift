/// What waits in front of the upstream, in the order in which it is served.
enum AdmissionLane: Int, Sendable, CaseIterable {
    /// Further attempts of interactive calls. Their calls hold permits: the sooner they end the better.
    case interactiveRetry
    case interactive
    case batchRetry
    case batch

    /// Nil for what never waits.
    init?(for priority: CallPriority, isRetry: Bool) {
        switch priority {
        case .interactive: self = isRetry ? .interactiveRetry : .interactive
        case .batch: self = isRetry ? .batchRetry : .batch
        case .background: return nil
        }
    }

    /// Whose share of the budget it uses.
    var priority: CallPriority {
        switch self {
        case .interactiveRetry, .interactive: .interactive
        case .batchRetry, .batch: .batch
        }
    }

    /// Whether its calls have begun already and hold a permit each.
    var isRetry: Bool { self == .interactiveRetry || self == .batchRetry }
}
