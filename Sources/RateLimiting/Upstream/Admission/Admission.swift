/// Permission to make one call upstream. Hold it across the call, suspensions included. It cannot be copied, so it ends
/// exactly once: by ``finish(_:)``, or as an abandoned call if the scope is left without that.
public struct Admission: ~Copyable, Sendable {
    private let control: AdmissionControl
    private let grant: AdmissionGrant
    private var outcome = CallOutcome.abandoned

    init(of grant: AdmissionGrant, from control: AdmissionControl) {
        self.control = control
        self.grant = grant
    }

    deinit { control.end(grant, outcome) }

    /// Asks for further attempts of this call. Without effect after the call.
    public var retries: RetryAdmission { RetryAdmission(of: grant, from: control) }

    /// Ends the call and records its outcome and its time up to now.
    public consuming func finish(_ outcome: CallOutcome) {
        self.outcome = outcome
    }
}

/// Asks for further attempts of a call in flight.
public struct RetryAdmission: Sendable {
    private let control: AdmissionControl
    private let grant: AdmissionGrant

    init(of grant: AdmissionGrant, from control: AdmissionControl) {
        self.control = control
        self.grant = grant
    }

    /// Records how an attempt failed. Call it at once, before any back-off: the call rate learns from it. For the last
    /// attempt of a call ``Admission/finish(_:)`` does the same if this was not called.
    public func attemptFailed(_ outcome: CallOutcome) {
        control.attemptFailed(of: grant, outcome)
    }

    /// Whether another attempt may be admitted by the deadline, as far as that is known now.
    public func arePossible(by deadline: ContinuousClock.Instant) -> Bool {
        control.mayRetry(grant, by: deadline)
    }

    /// Returns whether the call may make another attempt; call it right before the attempt. It waits for a token if one
    /// comes by the deadline.
    public func admit(by deadline: ContinuousClock.Instant) async -> Bool {
        await control.admitRetry(of: grant, by: deadline)
    }
}

/// What one admitted call holds; part of its ``Admission``.
struct AdmissionGrant: Sendable {
    /// Identifies the call.
    let number: UInt64
    let priority: CallPriority
    let pass: Breaker.Pass
}

/// A call that asks for admission.
struct AdmissionRequest: Sendable {
    /// The caller whose turn it takes.
    let caller: UInt64
    let priority: CallPriority
    /// When the answer has to be there.
    let deadline: ContinuousClock.Instant
    /// Of a background call: since when it has been due; nil is now.
    var due: ContinuousClock.Instant?

    /// How long it has been due.
    func overdue(at now: ContinuousClock.Instant) -> Duration { max(.zero, (due ?? now).duration(to: now)) }
}

/// How urgent a call upstream is, the most urgent first.
public enum CallPriority: Int, Sendable, CaseIterable, Comparable {
    /// A request waits for the answer: the call may wait for its turn and may use every token and permit.
    case interactive
    /// A refresh, while a stored answer is served.
    case background
    /// A look at a job for those that wait for it to change.
    case watched
    /// A client demands a fresher answer than the stored one.
    case forced

    public static func < (one: CallPriority, other: CallPriority) -> Bool { one.rawValue < other.rawValue }
}

/// How a call upstream, or one attempt of it, ended. The breaker and the call rate learn from it.
public enum CallOutcome: Hashable, Sendable, CaseIterable {
    /// An answer, whatever it says; an error of the caller is one too.
    case answered
    /// The service said that it is asked too often. It works, so the breaker ignores this; the call rate falls.
    case throttled
    /// The service failed, or the network to it.
    case failed
    /// No answer by the deadline: a failure.
    case timedOut
    /// Failed or timed out, as calls with the same request have before, while the service answered others: nothing is
    /// learned of the service.
    case failedAlone
    /// The service was not asked, or the call was cancelled: nothing is learned.
    case abandoned

    var forBreaker: Breaker.Outcome {
        switch self {
        case .answered: .succeeded
        case .failed, .timedOut: .failed
        case .throttled, .failedAlone, .abandoned: .ignored
        }
    }

    /// Whether it counts as a failure of the service.
    public var isFailure: Bool { forBreaker == .failed }
}
