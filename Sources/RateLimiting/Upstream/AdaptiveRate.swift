/// A call rate that throttling lowers and that recovers up to a ceiling. A pure value; time is an argument.
///
/// Each throttled answer takes three tenths of the rate. After that the rate regains (t / 7 s)² of the ceiling: slowly at
/// first, near the rate that was too high, so that few calls are throttled; and it is back at the ceiling after seven
/// seconds at most. It rises only when calls end, so it stays low while nothing is known of the service.
///
/// The adaptive mode of the AWS SDKs (CUBIC and a measured send rate) was compared with this in simulations of the whole
/// admission. With 15 calls a second of which the service takes 5, both bring 5.0 answers a second; of the attempts 7.5 %
/// are throttled here, 8.6 % there; when the quota is back, 80 % of 14.3 answers a second are reached after 2 to 3 s here,
/// after up to 4 s there. After a total refusal of 2 s that takes 5 to 6 s here, 4 s there.
struct AdaptiveRate: Sendable {
    /// Calls a second, however much is throttled; the ceiling where that is lower.
    static let minimum = 0.5
    private static let decrease = 0.7
    private static let recovery = Duration.seconds(7)

    /// Calls a second.
    let ceiling: Double
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
