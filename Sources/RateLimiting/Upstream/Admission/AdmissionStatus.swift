/// The figures of an ``AdmissionControl`` at one instant, for metrics.
public struct AdmissionStatus: Hashable, Sendable {
    /// Tokens in the bucket; nil without a limit.
    public let tokens: Double?
    /// Attempts a second allowed now, as learned from throttling; nil without a limit.
    public let rate: Double?
    public let breaker: Breaker.State
    public let breakerChanges: Int
    public let inFlight: Int
    /// The most calls that may be in flight: the number of permits.
    public let limit: Int
    /// Calls and further attempts that wait.
    public let waiting: Int
    public let counts: AdmissionCounts
}

/// The decisions of an ``AdmissionControl`` since it began.
public struct AdmissionCounts: Hashable, Sendable {
    /// Calls admitted.
    public internal(set) var admitted = 0
    /// Calls refused, by reason; those cancelled while waiting are among them.
    public internal(set) var refused: [AdmissionRefusal.Reason: Int] = [:]
    /// Further attempts admitted.
    public internal(set) var retries = 0
    /// Further attempts refused.
    public internal(set) var retriesRefused = 0
    /// Calls and further attempts admitted after waiting.
    public internal(set) var waits = 0
    /// The sum of their waits.
    public internal(set) var waited = Duration.zero

    mutating func record(_ refusal: AdmissionRefusal) {
        refused[refusal.reason, default: 0] += 1
    }
}

/// What an ``AdmissionControl`` has learned of the upstream, for a log of its changes.
public struct AdmissionCondition: Hashable, Sendable {
    public let breaker: Breaker.State
    /// Whether throttling keeps the rate of calls down.
    public let isThrottled: Bool

    public init(breaker: Breaker.State, isThrottled: Bool) {
        self.breaker = breaker
        self.isThrottled = isThrottled
    }
}
