/// What waits in front of the upstream, in the order in which it is served; all of it interactive.
enum AdmissionLane: Int, Sendable, CaseIterable {
    /// Further attempts. Their calls hold permits: the sooner they end the better.
    case retries
    case calls

    /// Nil for what never waits.
    init?(for priority: CallPriority, isRetry: Bool) {
        guard priority == .interactive else { return nil }
        self = isRetry ? .retries : .calls
    }

    /// Whether its calls have begun already and hold a permit each.
    var isRetry: Bool { self == .retries }
}
