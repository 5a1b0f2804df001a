/// A token bucket whose rate may change while it runs. A pure value; time is an argument.
///
/// Counts in billionths of a token: one nanosecond at a whole rate adds a whole number, so nothing drifts; what another
/// rate adds to that is carried on. Time that steps back adds nothing.
public struct TokenBucket: Sendable {
    private static let unit: Double = 1_000_000_000

    /// Tokens a second.
    public private(set) var rate: Double
    private var capacityUnits: Int64
    private var level: Int64
    /// Of a billionth, from 0 to below 1.
    private var carry = 0.0
    private var updated: ContinuousClock.Instant

    /// A full bucket of `capacity` tokens, at least 1.
    public init(rate: Double, capacity: Double, at now: ContinuousClock.Instant) {
        self.rate = rate
        capacityUnits = Self.units(max(1, capacity))
        level = capacityUnits
        updated = now
    }

    /// Tokens in it, as of the last call that had a time.
    public var tokens: Double { Double(level) / Self.unit }

    public var capacity: Double { Double(capacityUnits) / Self.unit }

    /// Adds what has come in since the last call.
    public mutating func refill(at now: ContinuousClock.Instant) {
        let elapsed = updated.duration(to: now).nanoseconds
        guard elapsed > 0 else { return }
        updated = now
        let added = Double(elapsed) * rate + carry
        let isFull = added >= Double(capacityUnits - level)
        level = isFull ? capacityUnits : level + Int64(added)
        carry = isFull ? 0 : added - added.rounded(.down)
    }

    /// Takes a token unless that would leave fewer than `reserve`.
    public mutating func take(leaving reserve: Double = 0, at now: ContinuousClock.Instant) -> Bool {
        refill(at: now)
        guard level >= needed(leaving: reserve) else { return false }
        level -= Self.units(1)
        return true
    }

    /// How long after the last call until `take` succeeds if nobody else takes a token. However large the reserve, a
    /// full bucket gives one.
    public func wait(leaving reserve: Double = 0) -> Duration {
        let missing = max(0, needed(leaving: reserve) - level)
        let nanoseconds = (Double(missing) / rate).rounded(.up)
        return .nanoseconds(Int64(min(nanoseconds, Double(Int64.horizon))))
    }

    /// Changes the rate from now on. What the new capacity cannot hold is lost.
    public mutating func change(rate: Double, capacity: Double, at now: ContinuousClock.Instant) {
        refill(at: now)
        self.rate = rate
        capacityUnits = Self.units(max(1, capacity))
        level = min(level, capacityUnits)
    }

    /// Loses what it holds above so many tokens.
    public mutating func discard(above tokens: Double, at now: ContinuousClock.Instant) {
        refill(at: now)
        level = min(level, Self.units(tokens))
    }

    private func needed(leaving reserve: Double) -> Int64 {
        min(Self.units(1 + max(0, reserve)), capacityUnits)
    }

    private static func units(_ tokens: Double) -> Int64 {
        Int64(min(tokens * unit, Double(Int64.horizon)))
    }
}
