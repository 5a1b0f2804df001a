import Testing

@testable import RateLimiting

@Suite struct AdmissionStateTests {
    @Test func admitsCallsWhileThereAreTokensAndQueuesTheRest() {
        var scenario = AdmissionScenario(AdmissionOptions(rate: Rate(15, per: .seconds(1)), burst: 15, reserve: 0))
        for number in 0..<20 { scenario.arrive(number, caller: 1) }
        #expect(scenario.admitted == Array(0..<15) && scenario.status.waiting == 5)
        scenario.pass(.milliseconds(1_049))
        #expect(scenario.admitted.count == 15)
        scenario.pass(.milliseconds(1))
        #expect(scenario.admitted.count == 16)
        scenario.pass(.milliseconds(270))
        #expect(scenario.admitted == Array(0..<20))
        #expect(scenario.status.counts.waits == 5 && scenario.status.counts.waited > .seconds(5))
    }

    @Test func aCallThatCannotBeServedByItsDeadlineIsRefusedAtOnce() {
        var scenario = AdmissionScenario(AdmissionOptions(reserve: 0, permits: 100))
        for number in 0..<200 { scenario.arrive(number, caller: 1, within: .seconds(3)) }
        // 15 at once, then 15 in each 1.05 s from then on.
        #expect((42...44).contains(scenario.admitted.count + scenario.status.waiting))
        let refusals = scenario.refused.filter { $0.refusal.reason == .budgetUsedUp }
        #expect(refusals.count == scenario.refused.count && !refusals.isEmpty)
        #expect(scenario.refused.allSatisfy { $0.refusal.retryAfter > .seconds(2.9) })
        let waiting = scenario.status.waiting
        scenario.pass(.seconds(3))
        #expect(waiting > 25 && scenario.status.waiting == 0 && scenario.admitted.count == 15 + waiting)
    }

    /// Those that come again when they are told to find a token, so that no call is refused twice.
    @Test func callsThatAreRefusedTogetherAreToldTimesAtWhichEachIsAdmitted() {
        var scenario = AdmissionScenario(AdmissionOptions(reserve: 0, permits: 1_000))
        for number in 0..<300 { scenario.arrive(number, caller: UInt64(number)) }
        let refused = scenario.refused.map { (number: $0.number, time: scenario.now + $0.refusal.retryAfter) }
        #expect((225...230).contains(refused.count))
        for call in refused {
            scenario.pass(scenario.now.duration(to: call.time))
            scenario.arrive(call.number, caller: UInt64(call.number))
        }
        scenario.pass(.seconds(5))
        #expect(scenario.refused.count == refused.count && scenario.admitted.count == 300)
    }

    @Test func aWaiterPastItsDeadlineIsRefused() {
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil, permits: 1))
        scenario.arrive(0, caller: 1)
        scenario.arrive(1, caller: 1, within: .seconds(2))
        scenario.arrive(2, caller: 2, within: .seconds(4))
        scenario.pass(.milliseconds(1_999))
        #expect(scenario.refused.isEmpty)
        scenario.pass(.milliseconds(1))
        #expect(scenario.refused.map(\.number) == [1])
        #expect(scenario.refused.first?.refusal.reason == .deadlineTooClose)
        scenario.end(0, .answered)
        #expect(scenario.admitted == [0, 2])
    }

    @Test func theMeasuredTimeOfCallsDecidesWhichCanBeServed() {
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil, permits: 1))
        // So many that hardly any deviation from two seconds is left.
        for number in 100..<130 {
            scenario.arrive(number, caller: 1)
            scenario.pass(.seconds(2))
            scenario.end(number, .answered)
        }
        scenario.arrive(1, caller: 1)
        // Two seconds for the call before it and two for itself.
        scenario.arrive(2, caller: 1, within: .milliseconds(3_900))
        #expect(scenario.refused.map(\.refusal) == [.deadlineTooClose(retryAfter: .seconds(2))])
        scenario.arrive(3, caller: 1, within: .milliseconds(4_100))
        #expect(scenario.status.waiting == 1)
        // A call that need not wait is admitted however long calls take, so that a shorter time is measured.
        scenario.end(1, .abandoned)
        scenario.end(3, .abandoned)
        scenario.arrive(4, caller: 1, within: .milliseconds(100))
        #expect(scenario.admitted.suffix(3) == [1, 3, 4])
    }

    @Test func callsBeyondTheBoundOfTheQueueAreRefused() {
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil, permits: 1, queue: 3))
        for number in 0..<6 { scenario.arrive(number, caller: 1) }
        #expect(scenario.refused.map(\.number) == [4, 5])
        #expect(scenario.refused.allSatisfy { $0.refusal.reason == .queueFull })
        scenario.arrive(6, caller: 2)
        #expect(scenario.refused.map(\.number) == [4, 5, 3] && scenario.status.waiting == 3)
    }

    @Test(arguments: [(nil, AdmissionRefusal.Reason.tooManyInFlight), (Rate(1, per: .seconds(9)), .budgetUsedUp)])
    func withoutAQueueTheRefusalNamesWhatIsMissing(rate: Rate?, reason: AdmissionRefusal.Reason) {
        let concurrency = rate == nil ? 1 : 2
        var scenario = AdmissionScenario(AdmissionOptions(rate: rate, burst: 1, permits: concurrency, queue: 0))
        for number in 0..<2 { scenario.arrive(number, caller: 1) }
        #expect(scenario.refused.map(\.refusal.reason) == [reason])
    }

    @Test(arguments: [CallPriority.background, .forced])
    func backgroundCallsThatAreNotOwedLeaveAQuarterOfThePermitsAndDoNotWait(kind: CallPriority) {
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil, permits: 4))
        for number in 0..<2 { scenario.arrive(number, caller: 1) }
        scenario.arrive(10, caller: 1, priority: kind)
        #expect(scenario.admitted == [0, 1, 10])
        scenario.arrive(11, caller: 1, priority: kind)
        scenario.arrive(2, caller: 1)
        scenario.arrive(12, caller: 1, priority: kind)
        #expect(scenario.refused.map(\.number) == [11, 12])
        #expect(scenario.refused.allSatisfy { $0.refusal.reason == .tooManyInFlight })
        scenario.end(0, .answered)
        scenario.arrive(13, caller: 1, priority: kind)
        #expect(scenario.refused.count == 3)
        scenario.end(1, .answered)
        scenario.arrive(14, caller: 1, priority: kind)
        #expect(scenario.admitted.last == 14)
    }

    @Test func aCallThatIsOwedWaitsBeforeAllOthers() {
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil, permits: 4))
        for number in 0..<6 { scenario.arrive(number, caller: 1) }
        // Four interactive calls owe the others more than one call.
        scenario.arrive(10, caller: 1, priority: .background)
        scenario.arrive(11, caller: 1, priority: .background)
        #expect(scenario.refused.map(\.number) == [11] && scenario.status.waiting == 3)
        scenario.retry(0, as: 100, after: .failed)
        scenario.end(1, .answered)
        #expect(scenario.admitted == [0, 1, 2, 3, 100, 10])
        scenario.end(2, .answered)
        #expect(scenario.admitted.last == 4)
        scenario.cancel(5)
        #expect(scenario.status.waiting == 0)
    }

    @Test func aCallThatIsOwedIsRefusedByABreakerAndAtItsDeadlineLikeAnyOther() {
        let breaker = BreakerOptions(minimumCalls: 1)
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil, permits: 4, breaker: breaker))
        for number in 0..<4 { scenario.arrive(number, caller: 1) }
        scenario.arrive(10, caller: 1, priority: .background, within: .seconds(1))
        scenario.pass(.seconds(1))
        #expect(scenario.refused.map(\.refusal.reason) == [.deadlineTooClose])
        scenario.arrive(11, caller: 1, priority: .background)
        #expect(scenario.status.waiting == 1)
        scenario.end(0, .failed)
        #expect(scenario.status.breaker == .open && scenario.status.waiting == 0)
        scenario.arrive(12, caller: 1, priority: .background)
        #expect(scenario.refused.suffix(2).allSatisfy { $0.refusal.reason == .breakerOpen })
    }

    @Test func aBackgroundCallIsRefusedWhileACallWaitsForAToken() {
        var scenario = AdmissionScenario(AdmissionOptions(burst: 1, reserve: 0))
        scenario.arrive(0, caller: 1)
        scenario.arrive(1, caller: 1)
        scenario.arrive(2, caller: 1, priority: .background)
        #expect(scenario.refused.map(\.refusal.reason) == [.budgetUsedUp])
        #expect((scenario.refused.first?.refusal.retryAfter ?? .zero) > .milliseconds(66))
    }

    @Test func anOpenBreakerRefusesAllCallsAndThenAdmitsProbes() {
        let breaker = BreakerOptions(minimumCalls: 3, probes: 1, firstPause: .seconds(1))
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil, permits: 3, breaker: breaker))
        for number in 0..<5 { scenario.arrive(number, caller: 1) }
        for number in 0..<3 { scenario.end(number, .failed) }
        #expect(scenario.status.breaker == .open && scenario.status.waiting == 0 && scenario.status.inFlight == 2)
        scenario.arrive(5, caller: 1)
        #expect(scenario.refused.map(\.refusal) == [.breakerOpen(retryAfter: .seconds(1))])
        scenario.pass(.seconds(1))
        scenario.arrive(6, caller: 1)
        scenario.arrive(7, caller: 1)
        #expect(scenario.admitted.last == 6 && scenario.refused.last?.number == 7)
        scenario.end(6, .answered)
        #expect(scenario.status.breaker == .closed && scenario.status.breakerChanges == 3)
        scenario.arrive(8, caller: 1)
        #expect(scenario.admitted.last == 8)
    }

    @Test func waitingCallsAreRefusedAtOnceWhenTheBreakerOpens() {
        let breaker = BreakerOptions(minimumCalls: 1)
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil, permits: 1, breaker: breaker))
        for number in 0..<3 { scenario.arrive(number, caller: 1) }
        scenario.arrive(3, caller: 1)
        scenario.end(0, .timedOut)
        #expect(scenario.refused.map(\.number) == [1, 2, 3])
        #expect(scenario.refused.allSatisfy { $0.refusal.reason == .breakerOpen })
    }

    @Test func throttlingOpensNoBreakerButLowersTheRate() throws {
        var scenario = AdmissionScenario(AdmissionOptions(reserve: 0, breaker: BreakerOptions(minimumCalls: 1)))
        for number in 0..<15 { scenario.arrive(number, caller: 1) }
        for number in 0..<15 { scenario.end(number, .throttled) }
        #expect(scenario.status.breaker == .closed)
        #expect(try #require(scenario.status.rate) < 15)
    }

    /// Neither a failure nor a success: it says nothing of whether the service works for other calls.
    @Test func throttlingProvesNothingToTheBreaker() {
        let breaker = BreakerOptions(minimumCalls: 4, failureRatio: 0.5, probes: 1, firstPause: .seconds(1))
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil, breaker: breaker))
        func call(_ numbers: Range<Int>, _ outcome: CallOutcome) {
            for number in numbers {
                scenario.arrive(number, caller: 1)
                scenario.end(number, outcome)
            }
        }
        call(0..<3, .failed)
        call(3..<20, .throttled)
        #expect(scenario.status.breaker == .closed)
        call(20..<21, .failed)
        #expect(scenario.status.breaker == .open)
        scenario.pass(.seconds(1))
        call(21..<25, .throttled)
        #expect(scenario.status.breaker == .halfOpen && scenario.admitted.last == 24)
        call(25..<26, .answered)
        #expect(scenario.status.breaker == .closed)
    }

    @Test func aCancelledWaiterIsServedNoMore() {
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil, permits: 1))
        for number in 0..<3 { scenario.arrive(number, caller: 1) }
        scenario.cancel(1)
        scenario.cancel(1)
        #expect(scenario.refused.map(\.refusal) == [.cancelled])
        scenario.end(0, .answered)
        #expect(scenario.admitted == [0, 2])
    }
}
