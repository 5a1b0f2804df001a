import TestSupport
import Testing

@testable import RateLimiting

@Suite struct GCRATests {
    private static let edges: [Int64] = [.min, .min + 1, -.horizon, -1, 0, 1, .horizon, .max - 1, .max]

    @Test(arguments: [(10, 5), (15, 15), (100, 200), (3, 1), (1000, 7)])
    func agreesWithATextbookBucketOnEveryStep(perSecond: Int, burst: Int) {
        let rate = Rate(perSecond, per: .seconds(1))
        let policy = GCRA(rate: rate, burst: burst)
        var reference = LeakyReference(interval: rate.emissionInterval, burst: burst)
        var (random, state, now) = (SplitMix64(seed: 1), GCRA.full, Int64(0))
        for step in 0..<100_000 {
            now += .random(in: 0...2 * rate.emissionInterval, using: &random)
            if step % 1000 == 0 { now += .random(in: 0...20_000_000_000, using: &random) }
            let cost = step % 10 == 0 ? Int.random(in: 0...burst + 2, using: &random) : 1
            let decision = policy.decide(state, at: now, cost: cost)
            state = decision.arrival
            guard decision.admitted == reference.take(cost, at: now), decision.remaining == reference.remaining,
                decision.untilFull == reference.untilFull,
                decision.untilAdmitted == (decision.admitted ? 0 : reference.until(cost))
            else {
                Issue.record("step \(step): \(decision), expected \(reference)")
                return
            }
        }
    }

    @Test(arguments: [10, 15, 7, 100]) func admitsTheBurstAndThenTheRateToOneRequest(perSecond: Int) {
        let policy = GCRA(rate: Rate(perSecond, per: .seconds(1)), burst: 20)
        var (state, admitted) = (GCRA.full, 0)
        for millisecond in 0...Int64(1_000_000) {
            let decision = policy.decide(state, at: millisecond * 1_000_000)
            state = decision.arrival
            admitted += decision.admitted ? 1 : 0
        }
        #expect(abs(admitted - (20 + 1000 * perSecond)) <= 1)
    }

    @Test func admitsExactlyWhenItSaidItWould() {
        let policy = GCRA(rate: Rate(7, per: .seconds(1)), burst: 3)
        let drained = policy.decide(GCRA.full, at: 5, cost: 3).arrival
        let refused = policy.decide(drained, at: 5, cost: 2)
        #expect(!refused.admitted)
        #expect(!policy.decide(drained, at: 5 + refused.untilAdmitted - 1, cost: 2).admitted)
        #expect(policy.decide(drained, at: 5 + refused.untilAdmitted, cost: 2).admitted)
    }

    @Test func aRefusalCostsNothing() {
        let policy = GCRA(rate: Rate(1, per: .seconds(1)), burst: 1)
        let drained = policy.decide(GCRA.full, at: 0).arrival
        #expect(policy.decide(drained, at: 10).arrival == drained)
    }

    @Test func aBatchAboveTheBurstWaitsForAFullBucketAndIsPaidInFull() {
        let policy = GCRA(rate: Rate(1, per: .seconds(1)), burst: 10)
        let batch = policy.decide(GCRA.full, at: 0, cost: 25)
        #expect(batch.admitted && batch.remaining == 0)
        #expect(batch.untilFull == 25_000_000_000)
        #expect(policy.decide(batch.arrival, at: 0).untilAdmitted == 16_000_000_000)
        #expect(policy.decide(batch.arrival, at: 24_999_999_999, cost: 25).untilAdmitted == 1)
    }

    @Test func timeThatStepsBackGivesNoTokenAndTakesNone() {
        let policy = GCRA(rate: Rate(10, per: .seconds(1)), burst: 2)
        let drained = policy.decide(GCRA.full, at: 1_000_000_000, cost: 2).arrival
        let before = policy.decide(drained, at: 0)
        #expect(!before.admitted && before.remaining == 0 && before.arrival == drained)
        #expect(policy.decide(before.arrival, at: 1_100_000_000).admitted)
    }

    @Test(arguments: edges, edges) func standsAnyStateTimeAndCost(state: Int64, now: Int64) {
        let rates = [Rate(1, per: .seconds(1 << 40)), Rate(.max, per: .nanoseconds(1)), Rate(10, per: .seconds(1))]
        for (rate, burst) in zip(rates, [Int.max, .max, 5]) {
            for cost in [Int.min, -1, 0, 1, 5, .max] {
                let decision = GCRA(rate: rate, burst: burst).decide(state, at: now, cost: cost)
                #expect(decision.remaining >= 0 && decision.untilFull >= 0 && decision.untilAdmitted >= 0)
                #expect(decision.admitted == (decision.untilAdmitted == 0))
            }
        }
    }
}
