/// The right to have one call in flight. Hold it in a `let` across the call, suspensions included: it cannot be copied, so
/// it is given back exactly once, at the end of that scope however it is left, or before by `release()`.
public struct Permit: ~Copyable, Sendable {
    private let permits: Permits

    init(from permits: Permits) {
        self.permits = permits
    }

    deinit { permits.giveBack() }

    /// Gives the permit back before its scope ends.
    public consuming func release() {}
}
