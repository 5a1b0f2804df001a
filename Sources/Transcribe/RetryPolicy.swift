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
    ///   - random: a number from 0 to 1, the jitter: callers that failed together must not come back together.
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
