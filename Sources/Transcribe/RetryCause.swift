/// Why a call is worth another attempt. The two differ in how long to wait and in what a retry costs.
public enum RetryCause: Hashable, Sendable {
    /// AWS or the way to it failed for a moment.
    case transient
    /// AWS said that it is asked too often.
    case throttling
}
