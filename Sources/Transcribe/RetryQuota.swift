/// What all calls of one client may spend on retries, so that an upstream that fails for everyone is not asked three
/// times as often as one that works (AWS SDKs, "Retries 2.1"). Not safe for concurrent access; the client locks it.
public struct RetryQuota: Hashable, Sendable {
    /// The tokens of a client that has seen no failure.
    public static let capacity = 500

    /// The tokens left.
    public private(set) var tokens = capacity

    /// A full quota.
    public init() {}

    /// Takes what one retry costs and returns it, or nil if too little is left: then the call fails at once.
    public mutating func withdraw(for cause: RetryCause) -> Int? {
        let cost = Self.cost(of: cause)
        guard tokens >= cost else { return nil }
        tokens -= cost
        return cost
    }

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
