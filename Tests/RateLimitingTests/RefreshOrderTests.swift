import Testing

@testable import RateLimiting

@Suite struct RefreshOrderTests {
    private let now = ContinuousClock.now

    /// More jobs are due than the budget has calls: alone, where background calls can have 13 in 1.05 s, and beside
    /// interactive calls, where a quarter of 15 is theirs. If each token went to the next call, the times would be spread
    /// exponentially: one in a hundred would be more than 4.6 times the mean, and one in ten less than a tenth of it.
    @Test(arguments: [(jobs: 200, interactive: 0.0, perSecond: 13 / 1.05), (60, 40, 15 / 1.05 / 4)])
    func theLongestOverdueComesFirst(jobs: Int, interactive: Double, perSecond: Double) {
        var scenario = RefreshScenario(jobs: jobs)
        scenario.run(seconds: 40, interactive: interactive)
        scenario.reset()
        scenario.run(seconds: 80, interactive: interactive)
        let times = scenario.overdue.sorted()
        let mean = times.reduce(0, +) / Double(times.count)
        let quantiles = "\(times[times.count / 10]), \(mean), \(times[times.count * 99 / 100])"
        print("overdue p10, mean, p99: \(quantiles) s, \(times.count) calls")
        #expect(times[times.count * 99 / 100] < 3 * mean)
        #expect(times[times.count / 10] > mean / 2)
        // The order leaves a ninth of the budget unused.
        #expect(Double(times.count) > 0.85 * 80 * perSecond)
    }

    /// Half of the budget is asked for, so nothing is kept out.
    @Test func whereTheBudgetIsEnoughEachComesAtOnce() {
        var scenario = RefreshScenario(jobs: 35)
        scenario.run(seconds: 20, interactive: 0)
        scenario.reset()
        scenario.run(seconds: 40, interactive: 0)
        #expect(scenario.overdue.allSatisfy { $0 < 1.3 })
    }

    @Test func theBoundRisesWithRefusalsAndFallsWithUnusedTokens() {
        var order = RefreshOrder()
        for _ in 0..<300 { order.recordRefusal(of: .seconds(10), at: now) }
        #expect(order.wait(for: .zero, at: now) > .seconds(9.8))
        #expect(order.wait(for: .seconds(9), at: now) < .seconds(1))
        #expect(order.wait(for: .seconds(10), at: now) == .zero)
        for _ in 0..<64 { order.recordUnusedToken(of: .zero) }
        #expect(order.wait(for: .zero, at: now) < .seconds(3.7))
    }

    @Test func theBoundLapsesWithoutRefusals() {
        var order = RefreshOrder()
        for _ in 0..<300 { order.recordRefusal(of: .seconds(10), at: now) }
        #expect(order.wait(for: .zero, at: now + .seconds(1.9)) > .seconds(9.8))
        #expect(order.wait(for: .zero, at: now + .seconds(2)) == .zero)
        order.recordRefusal(of: .seconds(64), at: now + .seconds(2))
        #expect(order.wait(for: .zero, at: now + .seconds(2)) == .seconds(1))
    }

    @Test func aTokenIsLeftToACallThatIsOverdueForLonger() throws {
        var scenario = AdmissionScenario(AdmissionOptions(breaker: BreakerOptions(minimumCalls: 1)))
        let old = scenario.now - .seconds(60)
        for number in 0..<210 { scenario.arrive(number, caller: 1, priority: .background, due: old) }
        #expect(scenario.admitted.count == 10)
        scenario.pass(.seconds(1.1))
        scenario.arrive(300, caller: 1, priority: .background, due: scenario.now)
        let refusal = try #require(scenario.refused.last).refusal
        #expect(refusal.reason == .budgetUsedUp && refusal.retryAfter > .seconds(50))
        // An interactive call has no place in this order.
        scenario.arrive(301, caller: 1)
        scenario.arrive(302, caller: 1, priority: .background, due: old)
        #expect(scenario.admitted.suffix(2) == [301, 302])
        // What else keeps a call from being made is the reason that it is given.
        scenario.end(0, .failed)
        scenario.arrive(303, caller: 1, priority: .background, due: scenario.now)
        #expect(scenario.refused.last?.refusal.reason == .breakerOpen)
    }
}
