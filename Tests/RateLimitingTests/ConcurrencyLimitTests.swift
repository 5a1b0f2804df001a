import RateLimiting
import TestSupport
import Testing

@Suite struct ConcurrencyLimitTests {
    private let start = ContinuousClock().now

    /// An upstream of so many workers, each busy for `work` with a call: all permits are always in use. Returns the
    /// limit after each round trip.
    private func run(
        _ limit: inout ConcurrencyLimit, workers: Int, work: Double, roundTrips: Int, from now: inout Double
    ) -> [Int] {
        (0..<roundTrips).map { _ in
            let inFlight = limit.current
            let latency = work * max(1, Double(inFlight) / Double(workers))
            now += latency
            for _ in 0..<inFlight {
                limit.answered(after: .seconds(latency), inFlight: inFlight, at: start + .seconds(now))
            }
            return limit.current
        }
    }

    @Test func staysAtTheMaximumWhileTheUpstreamIsQuick() {
        var (limit, now) = (ConcurrencyLimit(maximum: 32, at: start), 0.0)
        let limits = run(&limit, workers: 100, work: 0.05, roundTrips: 1000, from: &now)
        #expect(limits.allSatisfy { $0 == 32 })
    }

    @Test func comesDownWhenCallsQueueUpAndGoesUpAgain() throws {
        var (limit, now) = (ConcurrencyLimit(maximum: 100, at: start), 0.0)
        _ = run(&limit, workers: 200, work: 0.05, roundTrips: 600, from: &now)
        let slow = run(&limit, workers: 10, work: 0.05, roundTrips: 60, from: &now)
        let lowest = try #require(slow.min())
        #expect(lowest < 40 && lowest >= 10)
        let quick = run(&limit, workers: 200, work: 0.05, roundTrips: 300, from: &now)
        #expect(quick.last == 100)
    }

    @Test func aFewSlowCallsWithoutLoadSayNothing() {
        var limit = ConcurrencyLimit(maximum: 32, at: start)
        for second in 1...100 {
            let latency = second < 50 ? 0.05 : 0.9
            limit.answered(after: .seconds(latency), inFlight: 2, at: start + .seconds(second))
        }
        #expect(limit.current == 32)
    }

    @Test func aStormOfTimeOutsCountsOnceARoundTrip() {
        var limit = ConcurrencyLimit(maximum: 100, at: start)
        for _ in 0..<100 { limit.timedOut(after: .seconds(5), at: start + .seconds(5)) }
        #expect(limit.current == 70)
        for _ in 0..<100 { limit.timedOut(after: .seconds(5), at: start + .seconds(10)) }
        #expect(limit.current == 49 || limit.current == 48)
    }

    @Test(arguments: [(1, 1), (2, 2), (32, 3)]) func neverFallsBelowAFew(maximum: Int, floor: Int) {
        var limit = ConcurrencyLimit(maximum: maximum, at: start)
        for second in 1...100 { limit.timedOut(after: .milliseconds(500), at: start + .seconds(second)) }
        #expect(limit.current == floor)
        var now = 200.0
        _ = run(&limit, workers: 100, work: 0.05, roundTrips: 200, from: &now)
        #expect(limit.current == maximum)
    }

    @Test func staysWithinItsBoundsWhateverItHears() {
        var (limit, random) = (ConcurrencyLimit(maximum: 32, at: start), SplitMix64(seed: 3))
        var (now, lowest, highest) = (0.0, 32, 0)
        for _ in 0..<100_000 {
            now += .random(in: -0.01...0.1, using: &random)
            let latency = Duration.seconds(.random(in: 0...5, using: &random))
            if Int.random(in: 0..<20, using: &random) == 0 {
                limit.timedOut(after: latency, at: start + .seconds(now))
            } else {
                limit.answered(after: latency, inFlight: limit.current, at: start + .seconds(now))
            }
            (lowest, highest) = (min(lowest, limit.current), max(highest, limit.current))
        }
        #expect(lowest >= 3 && lowest < 10 && highest <= 32)
    }
}
