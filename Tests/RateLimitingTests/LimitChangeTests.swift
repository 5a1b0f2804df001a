import Testing

@testable import RateLimiting

/// Limits that change while they are used.
@Suite struct LimitChangeTests {
    private let start = ContinuousClock.now

    private func rate(_ perSecond: Int) -> Rate { Rate(perSecond, per: .seconds(1)) }

    private func take(_ budget: inout CallBudget, at time: ContinuousClock.Instant) -> Int {
        (0..<1_000).count { _ in budget.take(for: .interactive, at: time) }
    }

    @Test func aNewRateGivesNoBurst() {
        var budget = CallBudget(rate: rate(15), burst: 15, reserve: 0, at: start)
        #expect(take(&budget, at: start) == 15)
        budget.change(rate: rate(100), burst: 100, reserve: 0, at: start)
        #expect(take(&budget, at: start) == 0)
        #expect((9...10).contains(take(&budget, at: start + .milliseconds(100))))
    }

    @Test func tokensThatAreThereStayAsFarAsTheBucketHoldsThem() {
        var budget = CallBudget(rate: rate(15), burst: 15, reserve: 0, at: start)
        for _ in 0..<5 { _ = budget.take(for: .interactive, at: start) }
        budget.change(rate: rate(30), burst: 30, reserve: 0, at: start)
        #expect(budget.tokens(at: start) == 10)
        budget.change(rate: rate(30), burst: 4, reserve: 0, at: start)
        #expect(budget.tokens(at: start) == 4)
    }

    /// The calls of the last second count on, so that no second has more than the new rate.
    @Test func theWindowKeepsTheLatestCalls() {
        var budget = CallBudget(rate: rate(20), burst: 20, reserve: 0, at: start)
        #expect(take(&budget, at: start) == 20)
        budget.change(rate: rate(10), burst: 10, reserve: 0, at: start)
        let granted = (1...1_000).reduce(0) { sum, millisecond in
            sum + take(&budget, at: start + .milliseconds(millisecond))
        }
        #expect(granted == 0)
        #expect(take(&budget, at: start + .milliseconds(1_060)) > 0)
    }

    @Test func whatThrottlingHasTakenStaysTaken() {
        var rate = AdaptiveRate(ceiling: 20, at: start)
        rate.throttled(at: start)
        rate.change(ceiling: 40)
        #expect(rate.current == 14 && rate.isReduced)
        rate.change(ceiling: 10)
        #expect(rate.current == 10 && !rate.isReduced)
        rate.change(ceiling: 40)
        #expect(rate.current == 40)
    }

    @Test func aBudgetWhereThereWasNoneBeginsEmpty() {
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil))
        scenario.change(to: AdmissionOptions(rate: rate(15), reserve: 0))
        for number in 0..<20 { scenario.arrive(number, caller: 1) }
        #expect(scenario.admitted.isEmpty && scenario.status.waiting == 20)
        scenario.pass(.seconds(1))
        #expect((14...15).contains(scenario.admitted.count))
        scenario.change(to: AdmissionOptions(rate: nil))
        #expect(scenario.admitted.count == 20)
    }

    @Test func morePermitsBeginWhatWaitsAndFewerEndNothing() {
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil, permits: 1))
        for number in 0..<4 { scenario.arrive(number, caller: 1) }
        #expect(scenario.admitted == [0])
        scenario.change(to: AdmissionOptions(rate: nil, permits: 3))
        #expect(scenario.admitted == [0, 1, 2])
        scenario.change(to: AdmissionOptions(rate: nil, permits: 1))
        scenario.end(0, .answered)
        scenario.end(1, .answered)
        #expect(scenario.admitted == [0, 1, 2] && scenario.status.inFlight == 1)
        scenario.end(2, .answered)
        #expect(scenario.admitted == [0, 1, 2, 3])
    }

    @Test func theBreakerStaysOpen() {
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil))
        for number in 0..<10 {
            scenario.arrive(number, caller: 1)
            scenario.end(number, .failed)
        }
        #expect(scenario.status.breaker == .open)
        scenario.change(to: AdmissionOptions(rate: rate(100), permits: 2))
        #expect(scenario.status.breaker == .open)
    }

    @Test(arguments: [
        // Taken of 10; what is left of the new limit, which is so many.
        (4, 20, 16), (4, 6, 2), (8, 5, 0), (0, 5, 5),
    ])
    func aClientHasTakenAsMuch(taken: Int, burst: Int, left: Int) {
        let limiter = ClientLimiter(ClientLimit(rate: rate(10), burst: 10), epoch: start)
        _ = limiter.admit(1, cost: taken, at: start)
        limiter.change(to: ClientLimit(rate: rate(3), burst: burst), at: start)
        #expect(limiter.admit(1, cost: 0, at: start).remaining == left)
        #expect(limiter.admit(2, cost: 0, at: start).remaining == burst)
    }

    @Test func whatAClientOwesItStillOwes() {
        let limiter = ClientLimiter(ClientLimit(rate: rate(1), burst: 10), epoch: start)
        #expect(limiter.admit(1, cost: 15, at: start).admitted)
        limiter.change(to: ClientLimit(rate: rate(1), burst: 5), at: start)
        let refused = limiter.admit(1, at: start)
        #expect(!refused.admitted && refused.reset == 6)
    }
}
