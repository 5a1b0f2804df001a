import TestSupport
import Testing

@testable import RateLimiting

@Suite struct AdaptiveRateTests {
    private let start = ContinuousClock().now

    private func time(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func fallsToSevenTenthsAndIsBackAfterSevenSeconds() {
        var rate = AdaptiveRate(ceiling: 14, at: start)
        rate.throttled(at: time(10))
        #expect(abs(rate.current - 9.8) < 1e-9 && rate.isReduced)
        rate.throttled(at: time(10))
        #expect(abs(rate.current - 6.86) < 1e-9)
        for (seconds, gained) in [(1.0, 14.0 / 49), (2, 56.0 / 49), (3, 126.0 / 49)] {
            rate.succeeded(at: time(10 + seconds))
            #expect(abs(rate.current - 6.86 - gained) < 1e-9, "\(seconds) s later")
        }
        rate.succeeded(at: time(15.1))
        #expect(rate.current == 14 && !rate.isReduced)
    }

    @Test func isBackFromAnywhereAfterSevenSeconds() {
        var rate = AdaptiveRate(ceiling: 1_000, at: start)
        for _ in 0..<100 { rate.throttled(at: time(10)) }
        #expect(rate.current == 0.5)
        rate.succeeded(at: time(17))
        #expect(rate.current == 1_000)
    }

    @Test func doesNothingBeforeTheFirstThrottling() {
        var rate = AdaptiveRate(ceiling: 15, at: start)
        for tick in 0..<100 { rate.succeeded(at: time(Double(tick))) }
        #expect(rate.current == 15 && !rate.isReduced)
    }

    @Test func staysBetweenTheMinimumAndTheCeiling() {
        var (rate, random) = (AdaptiveRate(ceiling: 15, at: start), SplitMix64(seed: 4))
        var (now, lowest, highest) = (0.0, 15.0, 15.0)
        for _ in 0..<100_000 {
            now += .random(in: 0...0.3, using: &random)
            let isThrottled = Int.random(in: 0..<20, using: &random) == 0
            if isThrottled { rate.throttled(at: time(now)) } else { rate.succeeded(at: time(now)) }
            (lowest, highest) = (min(lowest, rate.current), max(highest, rate.current))
        }
        #expect(lowest >= 0.5 && lowest < 2 && highest == 15)
    }

    @Test func aLowCeilingWinsOverTheMinimum() {
        var rate = AdaptiveRate(ceiling: 0.1, at: start)
        rate.throttled(at: time(1))
        #expect(rate.current == 0.1)
    }

    @Test func aCallerOfFewCallsIsNotHeldToATrickleForEver() {
        var rate = AdaptiveRate(ceiling: 15, at: start)
        for _ in 0..<20 { rate.throttled(at: time(10)) }
        rate.succeeded(at: time(12))
        #expect(rate.isReduced && rate.current > 1 && rate.current < 2)
        rate.succeeded(at: time(72))
        #expect(!rate.isReduced && rate.current == 15)
    }

    @Test func timeThatStepsBackChangesNothingForTheWorse() {
        var rate = AdaptiveRate(ceiling: 15, at: start)
        rate.throttled(at: time(10))
        rate.succeeded(at: time(13))
        let before = rate.current
        rate.succeeded(at: time(1))
        #expect(rate.current == before && before > 10.5)
    }
}
