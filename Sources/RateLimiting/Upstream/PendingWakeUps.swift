/// The instants at which a sleeping task will look again for what is due, the earliest last. A new sleep begins only if it ends before
/// all others, and none is ever cancelled. Not safe for concurrent access.
public struct PendingWakeUps: Sendable {
    private var pending: [ContinuousClock.Instant] = []

    public init() {}

    /// Returns the wake-up to set for what is due next, or nil if nothing is or if an earlier wake-up is set already.
    public mutating func add(
        for next: ContinuousClock.Instant?, at now: ContinuousClock.Instant
    ) -> ContinuousClock.Instant? {
        while let last = pending.last, last <= now { pending.removeLast() }
        guard let next else { return nil }
        if let last = pending.last, last <= next { return nil }
        pending.append(next)
        return next
    }
}
