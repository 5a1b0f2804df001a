import Synchronization

/// A cap on how many calls are in flight at once. Safe to use from any thread; it never waits.
public final class Permits: Sendable {
    /// The most that are out at once.
    public let limit: Int
    private let taken = Atomic(0)

    /// `limit` below 1 counts as 1.
    public init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Permits that are out now.
    public var inFlight: Int { taken.load(ordering: .relaxed) }

    /// A permit, or nil if all are out. It is given back when the value ends.
    public func acquire() -> Permit? {
        var current = taken.load(ordering: .relaxed)
        while current < limit {
            let (exchanged, original) = taken.weakCompareExchange(
                expected: current, desired: current + 1, ordering: .acquiringAndReleasing)
            if exchanged { return Permit(from: self) }
            current = original
        }
        return nil
    }

    func giveBack() {
        taken.subtract(1, ordering: .acquiringAndReleasing)
    }
}
