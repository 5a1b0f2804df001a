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

    private struct State {
        var obstacles = [Condition.serving: "The gateway is starting."]
        /// Whether the gateway stops. Then it never serves again.
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let report: @Sendable (_ obstacles: [(condition: Condition, reason: String)], _ isEdge: Bool) -> Void
    private let status = Mutex<CredentialsStatus?>(nil)

    /// Not ready until the condition `serving` is met.
    /// - Parameter report: called with the conditions that are not met each time that one or its reason has changed, and with
    ///   whether the gateway has become ready or no longer is, on the thread that caused it.
    public init(
        report: @escaping @Sendable (_ obstacles: [(condition: Condition, reason: String)], _ isEdge: Bool) -> Void = {
            _, _ in
        }
    ) {
        self.report = report
    }

    /// Sets why a condition is not met, as a sentence for the operator; nil if it is met. Returns whether that is new. After
    /// ``endServing(because:)`` the condition `serving` does not change.
    @discardableResult
    public func set(_ condition: Condition, obstacle: String?) -> Bool {
        change { state in
            if condition != .serving || !state.hasEnded { state.obstacles[condition] = obstacle }
        }
    }

    /// The condition `serving` is not met from now on, whatever else happens: the gateway stops.
    public func endServing(because reason: String) {
        change { state in
            state.obstacles[.serving] = reason
            state.hasEnded = true
        }
    }

    /// Whether all conditions are met.
    public var isReady: Bool { state.withLock(\.obstacles.isEmpty) }

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

    @discardableResult
    private func change(_ body: (inout State) -> Void) -> Bool {
        let (isNew, isEdge) = state.withLock { state in
            let before = state.obstacles
            body(&state)
            return (before != state.obstacles, before.isEmpty != state.obstacles.isEmpty)
        }
        if isNew { report(current, isEdge) }
        return isNew
    }

    /// The conditions that are not met; empty if it is ready.
    public var current: [(condition: Condition, reason: String)] {
        let obstacles = state.withLock(\.obstacles)
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
