public import Formats
import Synchronization
import Telemetry

/// Whether the gateway is ready for requests, and if not, why. Safe to use from any thread.
public final class Readiness: Sendable {
    /// What has to be met.
    public enum Condition: String, CaseIterable, Sendable {
        case serving
        case credentials
    }

    private let obstacles: Mutex<[Condition: String]>
    private let report: @Sendable ([(condition: Condition, reason: String)]) -> Void
    private let status = Mutex<CredentialsStatus?>(nil)

    /// Not ready until the condition `serving` is met.
    /// - Parameter report: called with the conditions that are not met each time that the gateway becomes ready or no longer
    ///   is, on the thread that caused it; must not block.
    public init(report: @escaping @Sendable ([(condition: Condition, reason: String)]) -> Void = { _ in }) {
        self.report = report
        obstacles = Mutex([.serving: "The gateway is starting."])
    }

    /// Sets why a condition is not met, as a sentence for the operator; nil if it is met. Returns whether that is new.
    @discardableResult
    public func set(_ condition: Condition, obstacle: String?) -> Bool {
        let (isNew, isEdge) = obstacles.withLock { obstacles in
            let before = obstacles
            obstacles[condition] = obstacle
            return (before[condition] != obstacle, before.isEmpty != obstacles.isEmpty)
        }
        if isEdge { report(current) }
        return isNew
    }

    /// Whether all conditions are met.
    public var isReady: Bool { obstacles.withLock { $0.isEmpty } }

    /// What is known of the credentials; nil at first.
    public var credentials: CredentialsStatus? { status.withLock { $0 } }

    /// Changes what is known of the credentials; nothing is known at first.
    public func updateCredentials(_ change: (inout CredentialsStatus) -> Void) {
        status.withLock { status in
            var changed = status ?? CredentialsStatus()
            change(&changed)
            status = changed
        }
    }

    /// Writes what is known of the credentials as the member `credentials`, or nothing.
    func writeCredentials(to text: inout TextBuffer) {
        guard let status = status.withLock({ $0 }) else { return }
        text.key("credentials")
        status.write(to: &text)
    }

    /// The conditions that are not met; empty if it is ready.
    var current: [(condition: Condition, reason: String)] {
        let obstacles = obstacles.withLock { $0 }
        return Condition.allCases.compactMap { condition in obstacles[condition].map { (condition, $0) } }
    }
}

/// The state of the AWS credentials, for the operator. Holds no secret.
public struct CredentialsStatus: Sendable, Equatable {
    /// The name of the source of the set in use; nil without a set.
    public var source: String?
    /// When that set expires; nil if it does not, or without a set.
    public var expiration: Timestamp?
    /// The last refresh, if it failed.
    public var failure: Failure?
    /// When a source last gave a set; nil if none has.
    public var refreshed: Timestamp?

    /// A failed refresh.
    public struct Failure: Sendable, Equatable {
        public let time: Timestamp
        /// Why, as a sentence for the operator.
        public let reason: String

        public init(at time: Timestamp, reason: String) {
            self.time = time
            self.reason = reason
        }
    }

    public init(
        source: String? = nil, expiration: Timestamp? = nil, failure: Failure? = nil, refreshed: Timestamp? = nil
    ) {
        self.refreshed = refreshed
        self.source = source
        self.expiration = expiration
        self.failure = failure
    }

    /// Writes the object of this value.
    func write(to text: inout TextBuffer) {
        text.openObject()
        text.member("source", source)
        text.member("expiration", expiration?.rfc3339)
        if let failure {
            text.key("lastFailure")
            text.openObject()
            text.member("at", failure.time.rfc3339)
            text.member("reason", failure.reason)
            text.closeObject()
        }
        text.closeObject()
    }
}
