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
