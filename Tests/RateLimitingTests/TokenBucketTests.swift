import RateLimiting
import TestSupport
import Testing

@Suite struct TokenBucketTests {
    private let start = ContinuousClock().now

    @Test(arguments: [(10, 5), (15, 15), (1, 1), (1000, 50)])
    func agreesWithWholeNumbersAtAWholeRate(perSecond: Int64, capacity: Int64) {
        var bucket = TokenBucket(rate: Double(perSecond), capacity: Double(capacity), at: start)
        var (random, level, now, wrong) = (SplitMix64(seed: 3), capacity * 1_000_000_000, Int64(0), 0)
        for _ in 0..<100_000 {
            let elapsed = Int64.random(in: 0...2_000_000_000 / perSecond, using: &random)
            now += elapsed
            level = min(capacity * 1_000_000_000, level + elapsed * perSecond)
            let enough = level >= 1_000_000_000
            if bucket.take(at: start + .nanoseconds(now)) != enough { wrong += 1 }
            level -= enough ? 1_000_000_000 : 0
        }
        #expect(wrong == 0)
        #expect(bucket.tokens == Double(level) / 1e9)
    }

    @Test(arguments: [0.5, 1, 10.5, 15, 20]) func givesATokenWhenItSaidItWould(rate: Double) {
        var bucket = TokenBucket(rate: rate, capacity: 1, at: start)
        #expect(takes(from: &bucket, at: [.zero]) == [true])
        let wait = bucket.wait()
        #expect(takes(from: &bucket, at: [wait - .nanoseconds(1), wait]) == [false, true])
    }

    @Test func aLowerRateFillsSlowerAndHoldsLess() {
        var bucket = TokenBucket(rate: 10, capacity: 10, at: start)
        bucket.change(rate: 2, capacity: 4, at: start + .seconds(1))
        #expect(bucket.tokens == 4 && bucket.capacity == 4)
        let now = Duration.seconds(1)
        #expect(takes(from: &bucket, at: [now, now, now, now, now]) == [true, true, true, true, false])
        bucket.refill(at: start + .milliseconds(2250))
        #expect(bucket.tokens == 2.5)
    }

    @Test func leavesTheReserveButAFullBucketGivesOne() {
        var bucket = TokenBucket(rate: 1, capacity: 3, at: start)
        #expect(takes(from: &bucket, leaving: 2, at: [.zero, .zero]) == [true, false])
        #expect(bucket.wait(leaving: 2) == .seconds(1))
        #expect(takes(from: &bucket, leaving: 100, at: [.milliseconds(999), .seconds(1)]) == [false, true])
    }

    @Test func timeThatStepsBackAddsNothing() {
        var bucket = TokenBucket(rate: 1, capacity: 1, at: start)
        let times: [Duration] = [.zero, .seconds(-100), .milliseconds(999), .seconds(1)]
        #expect(takes(from: &bucket, at: times) == [true, false, false, true])
    }

    private func takes(from bucket: inout TokenBucket, leaving reserve: Double = 0, at times: [Duration]) -> [Bool] {
        times.map { bucket.take(leaving: reserve, at: start + $0) }
    }
}
