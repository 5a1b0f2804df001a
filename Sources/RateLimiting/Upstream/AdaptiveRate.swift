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

/// The window growth of CUBIC (RFC 9438 §4.2) as a rate: back to the old maximum quickly, slowly past it, then faster.
struct CubicCurve: Sendable {
    private static let scale = 0.4
    private static let decrease = 0.7

    private let maximum: Double
    private let plateau: Double
    private let start: ContinuousClock.Instant

    /// The curve after a reduction from `maximum`, calls a second, at `start`.
    init(from maximum: Double, at start: ContinuousClock.Instant) {
        self.maximum = maximum
        self.start = start
        plateau = Self.cubeRoot(maximum * (1 - Self.decrease) / Self.scale)
    }

    /// The rate just after the reduction.
    var reduced: Double { maximum * Self.decrease }

    func rate(at now: ContinuousClock.Instant) -> Double {
        let distance = max(0, start.duration(to: now) / .seconds(1)) - plateau
        return Self.scale * distance * distance * distance + maximum
    }

    // Newton's method from above descends until rounding stops it: the standard library has no cube root.
    static func cubeRoot(_ value: Double) -> Double {
        guard value > 0 else { return 0 }
        var (root, next) = (Double.infinity, max(1, value))
        while next < root {
            root = next
            next = (2 * root + value / (root * root)) / 3
        }
        return root
    }
}

/// The rate at which calls are really made, as the adaptive retry mode of the AWS SDKs measures it: counted in half
/// seconds, smoothed exponentially with 0.8 for the newest.
struct MeasuredRate: Sendable {
    private static let halfSecond: Int64 = 500_000_000
    private static let smoothing = 0.8

    private(set) var perSecond = 0.0
    private var count = 0
    private var lastBucket: Int64 = 0
    private let epoch: ContinuousClock.Instant

    init(epoch: ContinuousClock.Instant) {
        self.epoch = epoch
    }

    mutating func record(at now: ContinuousClock.Instant) {
        count += 1
        let bucket = epoch.duration(to: now).nanoseconds / Self.halfSecond
        guard bucket > lastBucket else { return }
        let latest = Double(count) / (Double(bucket - lastBucket) / 2)
        perSecond = latest * Self.smoothing + perSecond * (1 - Self.smoothing)
        (count, lastBucket) = (0, bucket)
    }
}
