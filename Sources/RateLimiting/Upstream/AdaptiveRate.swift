/// A call rate that throttling lowers and that recovers up to a ceiling. A pure value; time is an argument.
///
/// Each throttled answer takes three tenths of the rate. After that the rate regains (t / 7 s)² of the ceiling: slowly at
/// first, near the rate that was too high, so that few calls are throttled; and it is back at the ceiling after seven
/// seconds at most. It rises only when calls end, so it stays low while nothing is known of the service.
///
/// The adaptive mode of the AWS SDKs (CUBIC and a measured send rate) did no better in simulations of the whole admission:
/// at 15 calls a second and a quota of 5, both bring 5.0 answers a second, 7.5 % of the attempts are throttled here and
/// 8.6 % there, and both are back at the rate 3 s after the quota; only after a total refusal of 2 s is this later, by 2 s.
struct AdaptiveRate: Sendable {
    /// Calls a second, however much is throttled; the ceiling where that is lower.
    static let minimum = 0.5
    private static let decrease = 0.7
    private static let recovery = Duration.seconds(7)

    /// Calls a second.
    private(set) var ceiling: Double
    /// Calls a second allowed now.
    private(set) var current: Double
    private var reduced: Double
    private var lastThrottling: ContinuousClock.Instant

    init(ceiling: Double, at now: ContinuousClock.Instant) {
        self.ceiling = ceiling
        (current, reduced, lastThrottling) = (ceiling, ceiling, now)
    }

    /// Whether throttling keeps the rate down.
    var isReduced: Bool { current < ceiling }

    /// Another ceiling from now on. What throttling has taken stays taken.
    mutating func change(ceiling: Double) {
        let isReduced = isReduced
        self.ceiling = ceiling
        (current, reduced) = isReduced ? (min(current, ceiling), min(reduced, ceiling)) : (ceiling, ceiling)
    }

    /// A call was answered by throttling.
    mutating func throttled(at now: ContinuousClock.Instant) {
        reduced = min(max(current * Self.decrease, Self.minimum), ceiling)
        (current, lastThrottling) = (reduced, now)
    }

    /// A call ended in any other way.
    mutating func succeeded(at now: ContinuousClock.Instant) {
        guard isReduced else { return }
        let part = max(0, lastThrottling.duration(to: now) / Self.recovery)
        current = min(max(current, reduced + ceiling * part * part), ceiling)
    }
}
