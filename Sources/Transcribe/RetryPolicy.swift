/// How often to try and how long to wait in between: the standard mode of the AWS SDKs in its revision of 2026
/// ("Retries 2.1"), exponential back-off with full jitter.
public struct RetryPolicy: Hashable, Sendable {
    /// All attempts of one call, the first one included.
    public let attempts: Int

    /// A policy of at least one attempt.
    public init(attempts: Int = 3) {
        self.attempts = max(1, attempts)
    }

    /// The wait before the next attempt.
    ///
    /// - Parameters:
    ///   - attempt: the attempt that failed, from 1.
    ///   - random: a number from 0 to 1, the jitter: calls that failed together must not retry together.
    ///   - advised: how long AWS asks to wait (`x-amz-retry-after`). It can lengthen the wait, by
    ///     ``longestAdvisedExtension`` at most, but never shorten it.
    public func delay(
        afterAttempt attempt: Int, cause: RetryCause, random: Double, advised: Duration? = nil
    ) -> Duration {
        // Ten doublings pass the cap from either base; more could overflow.
        let backoff = Self.base(for: cause) * (1 << (min(max(attempt, 1), 11) - 1))
        let delay = min(backoff, Self.longestBackoff) * random
        guard let advised else { return delay }
        return max(delay, min(advised, delay + Self.longestAdvisedExtension))
    }

    /// The cap of the back-off, applied before the jitter.
    public static let longestBackoff = Duration.seconds(20)
    /// How far AWS's advice can lengthen a wait.
    public static let longestAdvisedExtension = Duration.seconds(5)

    private static func base(for cause: RetryCause) -> Duration {
        switch cause {
        case .transient: .milliseconds(50)
        case .throttling: .seconds(1)
        }
    }
}

/// What all calls of one client may spend on retries, so that an upstream that always fails does not get three times the
/// requests of one that works (AWS SDKs, "Retries 2.1"). Not safe for concurrent access; the client locks it.
public struct RetryQuota: Hashable, Sendable {
    /// The tokens of a client without failures.
    public static let capacity = 500

    /// The tokens left.
    public private(set) var tokens = capacity

    /// A full quota.
    public init() {}

    /// Takes the cost of one retry and returns it, or nil if too few tokens are left: then the call fails at once.
    public mutating func withdraw(for cause: RetryCause) -> Int? {
        guard permits(cause) else { return nil }
        let cost = Self.cost(of: cause)
        tokens -= cost
        return cost
    }

    /// Whether enough tokens are left for one retry.
    public func permits(_ cause: RetryCause) -> Bool { tokens >= Self.cost(of: cause) }

    /// Gives back after a success: what the call's last retry cost, or one token if it needed none.
    public mutating func refund(_ lastCost: Int?) {
        tokens = min(tokens + (lastCost ?? 1), Self.capacity)
    }

    private static func cost(of cause: RetryCause) -> Int {
        switch cause {
        case .transient: 14
        case .throttling: 5
        }
    }
}

/// Why a call waits and tries again. It decides how long the wait is and what the retry costs.
public enum RetryCause: Hashable, Sendable {
    /// AWS or the network failed for a moment.
    case transient
    /// AWS limits the rate of requests.
    case throttling
}
