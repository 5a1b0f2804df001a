import Synchronization

/// Limits each client to a rate with a burst, by GCRA, in bounded memory however many clients there are.
///
/// Safe to use from any thread: clients are spread over stripes, each with its own lock, held for some tens of nanoseconds.
/// Exact for every client it remembers; `ClientTable` describes which it forgets, and that the error is toward admitting. A
/// request allocates nothing, except that a stripe doubles when it holds more active clients than ever before; it does not
/// shrink.
public final class ClientLimiter: Sendable {
    private static let stripeCount = 64

    /// Some of the clients, and the limit that all have.
    private struct Stripe: Sendable {
        var clients: ClientTable
        var limit: ClientLimit
    }

    private let epoch: ContinuousClock.Instant
    private let stripes: InlineArray<64, Mutex<Stripe>>

    /// - Parameters:
    ///   - capacity: clients active at once (their buckets not full) that are all remembered. The memory limit is 32 to 64
    ///     bytes for each, 32 MiB by default; it is taken only as clients arrive.
    ///   - epoch: about the present; times are kept as distances from it.
    public init(_ limit: ClientLimit, capacity: Int = 1 << 20, epoch: ContinuousClock.Instant) {
        self.epoch = epoch
        let slots = Self.slots(for: capacity)
        stripes = InlineArray { _ in Mutex(Stripe(clients: ClientTable(limit: slots), limit: limit)) }
    }

    /// Gives the clients another limit. What a client has taken from its bucket is missing in the new one too; a smaller one is
    /// empty at most.
    public func change(to limit: ClientLimit, at now: ContinuousClock.Instant) {
        let time = epoch.duration(to: now).nanoseconds
        for index in stripes.indices {
            stripes[index].withLock { stripe in
                stripe.clients.change(from: stripe.limit.policy, to: limit.policy, at: time)
                stripe.limit = limit
            }
        }
    }

    /// Takes `cost` tokens from the client's bucket, or none if the request is refused.
    ///
    /// A cost above the burst is admitted by a full bucket and leaves a debt (see `GCRA`).
    public func admit(_ key: UInt64, cost: Int = 1, at now: ContinuousClock.Instant) -> Result {
        let hash = ClientTable.hash(key)
        let time = epoch.duration(to: now).nanoseconds
        return stripes[Int(hash % UInt64(Self.stripeCount))].withLock { stripe in
            let limit = stripe.limit
            let decision = stripe.clients.decide(by: limit.policy, for: key, hash: hash, cost: cost, at: time)
            return Result(decision, quota: limit.quota, window: limit.window)
        }
    }

    // Twice the clients, so that the two sets of a client are hardly ever both full of active ones.
    private static func slots(for capacity: Int) -> Int {
        let wanted = (2 * max(1, capacity) + stripeCount - 1) / stripeCount
        return 1 << (Int.bitWidth - (wanted - 1).leadingZeroBitCount)
    }
}

/// How many requests one client may send.
public struct ClientLimit: Hashable, Sendable {
    let policy: GCRA
    /// `w` of every ``ClientLimiter/Result``.
    public let window: Int

    /// - Parameter burst: requests in a full bucket; below 1 counts as 1.
    public init(rate: Rate, burst: Int) {
        policy = GCRA(rate: rate, burst: burst)
        window = rate.window(for: policy.burst)
    }

    /// `q` of every ``ClientLimiter/Result``.
    public var quota: Int { policy.burst }
}

extension ClientLimiter {
    /// The decision with the numbers of the fields `RateLimit-Policy: "client";q=…;w=…` and `RateLimit: "client";r=…;t=…`
    /// (draft-ietf-httpapi-ratelimit-headers).
    public struct Result: Hashable, Sendable {
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

        init(_ decision: GCRA.Decision, quota: Int, window: Int) {
            admitted = decision.admitted
            remaining = decision.remaining
            reset = Self.seconds(decision.admitted ? decision.untilFull : decision.untilAdmitted)
            self.quota = quota
            self.window = window
        }

        private static func seconds(_ nanoseconds: Int64) -> Int {
            Int((nanoseconds + 999_999_999) / 1_000_000_000)
        }
    }
}
