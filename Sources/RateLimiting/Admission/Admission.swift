/// The right to make one call upstream. Hold it across the call, suspensions included: it cannot be copied, so it ends
/// exactly once, by ``finish(_:)`` or, if the scope is left without that, as an abandoned call.
public struct Admission: ~Copyable, Sendable {
    private let control: AdmissionControl
    private let grant: AdmissionGrant
    private var outcome = CallOutcome.abandoned

    init(of grant: AdmissionGrant, from control: AdmissionControl) {
        self.control = control
        self.grant = grant
    }

    deinit { control.end(grant, outcome) }

    /// How long the call had to wait for it.
    public var waited: Duration { grant.waited }

    /// How this call asks for further attempts. Of no use after the call.
    public var retries: RetryAdmission { RetryAdmission(of: grant, from: control) }

    /// Ends the call. What it took is counted up to here.
    public consuming func finish(_ outcome: CallOutcome) {
        self.outcome = outcome
    }
}
