/// How a call in flight asks for another attempt.
public struct RetryAdmission: Sendable {
    private let control: AdmissionControl
    private let grant: AdmissionGrant

    init(of grant: AdmissionGrant, from control: AdmissionControl) {
        self.control = control
        self.grant = grant
    }

    /// Whether the call may make another attempt after one that ended as told. Waits for a token if one comes by the
    /// deadline. Each attempt but the last is to be told here, and the last one by ``Admission/finish(_:)``: the rate
    /// learns from all.
    public func admit(after outcome: CallOutcome, by deadline: ContinuousClock.Instant) async -> Bool {
        await control.admitRetry(of: grant, after: outcome, by: deadline)
    }
}
