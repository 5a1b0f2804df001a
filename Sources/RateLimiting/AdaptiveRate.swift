/// A call rate that is lowered when the service throttles and recovers along CUBIC, as the adaptive retry mode of the
/// AWS SDKs does it, but never above a ceiling. A pure value; time is an argument.
///
/// - Steady: nothing was learned, the rate is the ceiling.
/// - Throttled: the rate falls to 0.7 of what was really being sent.
/// - Recovering: each success sets the rate to the curve, but at most to twice the measured rate.
///
/// An SDK recovers for ever, which holds a caller of few calls to twice a trickle; it waits where we would have to
/// refuse. So once the curve alone would allow twice the ceiling the rate is steady again. A caller that has the demand
/// has then doubled its way to the ceiling already.
public struct AdaptiveRate: Sendable {
    private enum Phase {
        case steady
        case recovering(CubicCurve)
    }

    /// Calls a second, however much is throttled; the ceiling where that is lower.
    public static let minimum = 0.5

    /// Calls a second.
    public let ceiling: Double
    /// Calls a second allowed now.
    public private(set) var current: Double
    private var measured: MeasuredRate
    private var phase = Phase.steady

    public init(ceiling: Double, at now: ContinuousClock.Instant) {
        self.ceiling = ceiling
        current = ceiling
        measured = MeasuredRate(epoch: now)
    }

    /// Whether throttling keeps the rate down.
    public var isReduced: Bool {
        if case .recovering = phase { true } else { false }
    }

    /// A call was answered by throttling.
    public mutating func throttled(at now: ContinuousClock.Instant) {
        measured.record(at: now)
        let curve = CubicCurve(from: min(measured.perSecond, current), at: now)
        phase = .recovering(curve)
        current = clamped(curve.reduced)
    }

    /// A call ended in any other way.
    public mutating func succeeded(at now: ContinuousClock.Instant) {
        measured.record(at: now)
        guard case .recovering(let curve) = phase else { return }
        let rate = curve.rate(at: now)
        if rate >= 2 * ceiling { phase = .steady }
        current = isReduced ? clamped(min(rate, 2 * measured.perSecond)) : ceiling
    }

    private func clamped(_ rate: Double) -> Double {
        min(max(rate, Self.minimum), ceiling)
    }
}
