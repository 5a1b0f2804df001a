import Testing

@testable import RateLimiting

@Suite struct OverloadTests {
    @Test(arguments: [50...350, 200...200, 20...2_000], [1, 50]) func anOverloadOfAHealthyServiceMakesNoTimeOuts(
        latency: ClosedRange<Int>, callers: Int
    ) {
        var scenario = OverloadScenario(AdmissionOptions(), latency: latency)
        scenario.run(callers: callers, perSecond: 100, seconds: 25)
        let status = scenario.admission.status
        let ends = "\(scenario.answered) answered, \(scenario.timedOut) timed out"
        print("\(callers) callers, \(latency) ms: \(ends)")
        #expect(scenario.timedOut * 50 <= scenario.answered)
        #expect(Double(scenario.answered) >= 0.9 * 15 * 25)
        #expect(status.breakerChanges == 0)
    }

    // A limit that followed the latency gave 534 answers at 1 s.
    @Test func aServiceThatTakesTenTimesAsLongGivesAsManyAnswers() {
        var scenario = OverloadScenario(AdmissionOptions(), latency: 80...120)
        scenario.run(callers: 50, perSecond: 30, seconds: 30)
        let before = scenario.answered
        scenario.latency = 800...1_200
        scenario.run(callers: 50, perSecond: 30, seconds: 60)
        print("at 0.1 s \(before) answers in 30 s, at 1 s \(scenario.answered - before) in 60 s")
        #expect(Double(scenario.answered - before) >= 0.95 * 15 / 1.05 * 60)
    }

    private func busyScenario() -> AdmissionScenario {
        var scenario = AdmissionScenario(
            AdmissionOptions(rate: nil, permits: 4, breaker: BreakerOptions(minimumCalls: 1)))
        for number in 0..<4 { scenario.arrive(number, caller: 1) }
        for number in 4..<7 { scenario.arrive(number, caller: 1) }
        // The fifth call begins after two of its five seconds.
        scenario.pass(.seconds(2))
        scenario.end(0, .answered)
        return scenario
    }

    @Test func aTimeOutOfACallThatHadWaitedProvesNothingWhileOthersAreAnswered() {
        var scenario = busyScenario()
        scenario.pass(.seconds(1))
        scenario.end(1, .abandoned)
        scenario.end(2, .answered)
        scenario.pass(.seconds(2))
        scenario.end(4, .timedOut)
        #expect(scenario.status.breaker == .closed)
    }

    @Test func aTimeOutOfACallThatHadWaitedCountsIfNoCallIsAnswered() {
        var scenario = busyScenario()
        scenario.pass(.seconds(3))
        scenario.end(4, .timedOut)
        #expect(scenario.status.breaker == .open)
    }

    /// A request that never gets an answer makes no other call wait shorter, and opens no breaker.
    @Test func aFailureOfOneRequestAloneProvesNothing() {
        var scenario = AdmissionScenario(AdmissionOptions(permits: 4, breaker: BreakerOptions(minimumCalls: 1)))
        for number in 0..<4 {
            scenario.arrive(number, caller: 1)
            scenario.pass(.milliseconds(100))
            scenario.end(number, .answered)
        }
        scenario.arrive(4, caller: 1)
        scenario.pass(.seconds(5))
        scenario.end(4, .failedAlone)
        #expect(scenario.status.breaker == .closed)
        for number in 5..<9 { scenario.arrive(number, caller: 1) }
        scenario.arrive(9, caller: 1)
        #expect(scenario.refused.isEmpty && scenario.status.waiting == 1)
    }

    @Test func aTimeOutOfACallThatHadItsTimeCountsAsAFailure() {
        var scenario = AdmissionScenario(
            AdmissionOptions(rate: nil, permits: 10, breaker: BreakerOptions(minimumCalls: 1)))
        scenario.arrive(0, caller: 1)
        scenario.arrive(1, caller: 1)
        scenario.pass(.seconds(5))
        scenario.end(0, .answered)
        scenario.end(1, .timedOut)
        #expect(scenario.status.breaker == .open && scenario.status.limit == 10)
    }
}
