import Testing

@testable import RateLimiting

@Suite struct RateTests {
    @Test(
        arguments: [
            (Rate(20, per: .seconds(1)), 20.0, 50_000_000),
            (Rate(600, per: .seconds(60)), 10.0, 100_000_000),
            (Rate(15, per: .seconds(1)), 15.0, 66_666_666),
            (Rate(1, per: .seconds(3600)), 1.0 / 3600, 3_600_000_000_000),
            (Rate(5, per: .milliseconds(500)), 10.0, 100_000_000),
            (Rate(.max, per: .seconds(1)), Double(Int.max), 1),
        ] as [(Rate, Double, Int64)])
    func knowsItsSpacing(rate: Rate, perSecond: Double, interval: Int64) {
        #expect(rate.perSecond == perSecond)
        #expect(rate.emissionInterval == interval)
    }

    @Test(arguments: [(100, 200, 2), (15, 15, 1), (15, 16, 2), (7, 1, 1), (3, 10, 4), (1, 60, 60)])
    func roundsTheWindowUpToWholeSeconds(count: Int, burst: Int, window: Int) {
        #expect(Rate(count, per: .seconds(1)).window(for: burst) == window)
    }
}
