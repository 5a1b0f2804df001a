import Synchronization

/// Whether the gateway wants requests, and if not, why.
public final class Readiness: Sendable {
    /// What can stand against it.
    public enum Condition: String, CaseIterable, Sendable {
        case serving
        case credentials
    }

    private let obstacles: Mutex<[Condition: String]>

    /// Not ready, until the server says that it serves.
    public init() {
        obstacles = Mutex([.serving: "The gateway is starting."])
    }

    /// Notes that a condition is met (nil), or in words for the operator why not.
    public func note(_ condition: Condition, obstacle: String?) {
        obstacles.withLock { $0[condition] = obstacle }
    }

    /// What stands against it now; empty if it is ready.
    var current: [(condition: Condition, reason: String)] {
        let obstacles = obstacles.withLock { $0 }
        return Condition.allCases.compactMap { condition in obstacles[condition].map { (condition, $0) } }
    }
}
