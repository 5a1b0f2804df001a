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

/// What was granted to one call; held by its ``Admission``.
struct AdmissionGrant: Sendable {
    /// Identifies the call.
    let number: UInt64
    let priority: CallPriority
    let pass: Breaker.Pass
    /// How long the call had waited for it.
    let waited: Duration
}

/// Who wants to make a call upstream.
struct AdmissionRequest: Sendable {
    /// Whose turn the call takes.
    let caller: UInt64
    let priority: CallPriority
    /// When the answer has to be there.
    let deadline: ContinuousClock.Instant
}

/// For whom a call upstream is made, the most urgent first.
public enum CallPriority: Int, Sendable, CaseIterable {
    /// Somebody waits for this one answer: may wait for its turn, and may use everything.
    case interactive
    /// A refresh or a watcher's poll: never waits, leaves the reserve alone, and yields to whoever does wait.
    case background
}

/// How a call upstream, or one attempt of it, ended: what the breaker and the rate learn from.
public enum CallOutcome: Hashable, Sendable, CaseIterable {
    /// An answer, whatever it says; that the caller is wrong is one too.
    case answered
    /// The service said that it is asked too often. It works, so the breaker does not care; the rate falls.
    case throttled
    /// The service, or the way to it, failed.
    case failed
    /// No answer in time: a failure.
    case timedOut
    /// The service was not asked, or the call was given up: nothing is learned.
    case abandoned

    var forBreaker: Breaker.Outcome {
        switch self {
        case .answered: .succeeded
        case .failed, .timedOut: .failed
        case .throttled, .abandoned: .ignored
        }
    }
}
