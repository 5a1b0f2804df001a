/// An ``AdmissionControl`` at one moment, for metrics.
public struct AdmissionStatus: Hashable, Sendable {
    /// Tokens in the bucket, and the attempts a second allowed now; nil without a limit.
    public let tokens: Double?
    public let rate: Double?
    public let breaker: Breaker.State
    public let breakerChanges: Int
    public let inFlight: Int
    /// The most that may be in flight now.
    public let limit: Int
    /// Calls and further attempts that wait.
    public let waiting: Int
    public let counts: AdmissionCounts
}
