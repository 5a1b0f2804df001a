/// When somebody will look again, with as few sleepers as may be: each wakes before all that were set before it, and none
/// is ever called off. Not safe for concurrent access.
struct AlarmStack: Sendable {
    private var pending: [ContinuousClock.Instant] = []

    /// The alarm to set for something that is due then, or nil if there is one by then or nothing is due.
    mutating func alarm(
        for next: ContinuousClock.Instant?, at now: ContinuousClock.Instant
    ) -> ContinuousClock.Instant? {
        while let last = pending.last, last <= now { pending.removeLast() }
        guard let next else { return nil }
        if let last = pending.last, last <= next { return nil }
        pending.append(next)
        return next
    }
}
