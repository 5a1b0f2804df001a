/// An ``AdmissionControl`` at one moment, for metrics.
public struct AdmissionStatus: Hashable, Sendable {
    /// Tokens in the bucket, and the attempts a second allowed now; nil without a limit.
    public let tokens: Double?
    public let rate: Double?
    public let breaker: Breaker.State
    public let breakerChanges: Int
    public let inFlight: Int
    /// The most that may be in flight.
    public let limit: Int
    /// Calls and further attempts that wait.
    public let waiting: Int
    public let counts: AdmissionCounts
}

/// What an ``AdmissionControl`` has decided since it began.
public struct AdmissionCounts: Hashable, Sendable {
    /// Calls let through.
    public internal(set) var admitted = 0
    /// Calls not let through, by reason; those that gave up waiting are among them.
    public internal(set) var refused: [AdmissionRefusal.Reason: Int] = [:]
    /// Further attempts of calls let through, and those not let through.
    public internal(set) var retries = 0
    public internal(set) var retriesRefused = 0
    /// Calls and further attempts that were let through after waiting, and the sum of their waits.
    public internal(set) var waits = 0
    public internal(set) var waited = Duration.zero

    mutating func record(_ refusal: AdmissionRefusal) {
        refused[refusal.reason, default: 0] += 1
    }
}
