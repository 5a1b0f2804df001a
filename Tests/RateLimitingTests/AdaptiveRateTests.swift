import TestSupport
import Testing

@testable import RateLimiting

@Suite struct AdaptiveRateTests {
    private let start = ContinuousClock().now

    private func time(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    // What botocore 1.43 computes for one answer every 0.2 s, throttled at 2.0, 3.2 and 3.4 s.
    @Test func followsTheSDKsAfterThrottling() {
        let expected: [(Double, Double)] = [
            (2.0, 3.0284799999999996), (2.2, 3.48663917347026), (2.4, 3.821874416040255),
            (2.6, 4.053385727709987), (2.8, 4.200373108479454), (3.0, 4.282036558348658),
            (3.2, 2.99742559084406), (3.4, 2.098197913590842), (3.6, 2.4503794534686443),
            (3.8, 2.6960013999789263), (4.0, 2.8542637531216886), (4.2, 2.9443665128969303),
            (4.4, 2.9855096793046525), (4.6, 2.9968932523448544), (4.8, 2.9977172320175365),
            (5.0, 3.0071816183226985), (5.2, 3.0444864112603405), (5.4, 3.1288316108304626),
            (5.6, 3.279417217033064), (5.8, 3.515443229868146), (6.0, 3.8561096493357083),
        ]
        var rate = AdaptiveRate(ceiling: 1000, at: start)
        for tick in 1...30 {
            let seconds = (Double(tick) * 2).rounded() / 10
            let isThrottled = [2.0, 3.2, 3.4].contains(seconds)
            if isThrottled { rate.throttled(at: time(seconds)) } else { rate.succeeded(at: time(seconds)) }
            if let (_, value) = expected.first(where: { $0.0 == seconds }) {
                #expect(abs(rate.current - value) < 1e-9, "at \(seconds) s")
            }
        }
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
        rate.throttled(at: time(10))
        #expect(rate.current == 0.5)
        // Twice what is measured (one call in 2 s, before that one in 10 s), though the curve would allow 1.7.
        rate.succeeded(at: time(12))
        #expect(rate.isReduced && abs(rate.current - 2 * (0.8 * 1 / 2 + 0.2 * 0.8 * 1 / 10)) < 1e-9)
        rate.succeeded(at: time(72))
        #expect(!rate.isReduced && rate.current == 15)
    }

    @Test func timeThatStepsBackChangesNothingForTheWorse() {
        var rate = AdaptiveRate(ceiling: 15, at: start)
        rate.throttled(at: time(10))
        rate.succeeded(at: time(1))
        #expect(rate.current >= 0.5 && rate.current <= 15)
    }

    @Test(arguments: [1e-9, 0.3, 1, 7.5, 8, 27, 11.25, 1e6]) func rootsAreExactToTheLastDigits(value: Double) {
        let root = CubicCurve.cubeRoot(value)
        #expect(abs(root * root * root - value) <= value * 4e-15)
    }
}
