public import RateLimiting

/// How the list of running jobs is used to follow those that are watched or asked for again and again.
public struct ListOptions: Sendable {
    public enum Use: String, CaseIterable, Sendable {
        /// Where AWS's policies permit it. What they deny is tried again after an hour.
        case auto
        /// The same, but what they deny is a fault, and tried again after a minute.
        case on
        case off
    }

    public var use: Use
    /// From so many running jobs on that are followed at a time; and a further page for each as many.
    public var from: Int
    /// How long after its last look-up a job may be taken to be as the list shows it.
    public var trust: Duration
    /// Pages in any second; nil is no limit.
    public var rate: Rate?

    public init(use: Use, from: Int, trust: Duration, rate: Rate?) {
        self.use = use
        self.from = from
        self.trust = trust
        self.rate = rate
    }
}
