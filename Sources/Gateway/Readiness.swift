import Synchronization
import Telemetry

/// Whether the gateway wants requests, and if not, why.
public final class Readiness: Sendable {
    /// What can stand against it.
    public enum Condition: String, CaseIterable, Sendable {
        case serving
        case credentials
    }

    private let obstacles: Mutex<[Condition: String]>
    private let standing = Mutex<CredentialsStanding?>(nil)

    /// Not ready, until the server says that it serves.
    public init() {
        obstacles = Mutex([.serving: "The gateway is starting."])
    }

    /// Notes that a condition is met (nil), or in words for the operator why not.
    public func note(_ condition: Condition, obstacle: String?) {
        obstacles.withLock { $0[condition] = obstacle }
    }

    /// Changes what is known of the credentials; nothing is known at first.
    public func noteCredentials(_ change: (inout CredentialsStanding) -> Void) {
        standing.withLock { standing in
            var changed = standing ?? CredentialsStanding()
            change(&changed)
            standing = changed
        }
    }

    /// Writes what is known of the credentials as the member `credentials`, or nothing.
    func writeCredentials(to text: inout TextBuffer) {
        guard let standing = standing.withLock({ $0 }) else { return }
        text.key("credentials")
        standing.write(to: &text)
    }

    /// What stands against it now; empty if it is ready.
    var current: [(condition: Condition, reason: String)] {
        let obstacles = obstacles.withLock { $0 }
        return Condition.allCases.compactMap { condition in obstacles[condition].map { (condition, $0) } }
    }
}
