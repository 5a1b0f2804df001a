/// How a call in flight asks for another attempt.
public struct RetryAdmission: Sendable {
    private let control: AdmissionControl
    private let grant: AdmissionGrant

    init(of grant: AdmissionGrant, from control: AdmissionControl) {
        self.control = control
        self.grant = grant
    }

    /// An attempt failed as told. To be said at once, before any back-off: the rate learns from it, and what follows is
    /// not the service's time. ``Admission/finish(_:)`` tells of the last attempt if this has not.
    public func attemptFailed(_ outcome: CallOutcome) {
        control.attemptFailed(of: grant, outcome)
    }

    /// Whether the call may make another attempt, right before it. Waits for a token if one comes by the deadline.
    public func admit(by deadline: ContinuousClock.Instant) async -> Bool {
        await control.admitRetry(of: grant, by: deadline)
    }
}
