/// What a client is told: the numbers of `RateLimit-Policy: "client";q=…;w=…` and `RateLimit: "client";r=…;t=…`
/// (draft-ietf-httpapi-ratelimit-headers).
public struct Decision: Hashable, Sendable {
    public let admitted: Bool
    /// `q`: requests in a full bucket.
    public let quota: Int
    /// `w`: whole seconds in which an empty bucket fills.
    public let window: Int
    /// `r`: whole requests left.
    public let remaining: Int
    /// `t`: whole seconds, rounded up, until the bucket is full or, for a refused request, until it is admitted (then at
    /// least 1: a `Retry-After` of `t` is never too early).
    public let reset: Int

    init(_ verdict: GCRA.Verdict, quota: Int, window: Int) {
        admitted = verdict.admitted
        remaining = verdict.remaining
        reset = Self.seconds(verdict.admitted ? verdict.untilFull : verdict.untilAdmitted)
        self.quota = quota
        self.window = window
    }

    private static func seconds(_ nanoseconds: Int64) -> Int {
        Int((nanoseconds + 999_999_999) / 1_000_000_000)
    }
}
