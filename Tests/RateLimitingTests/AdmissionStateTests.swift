import Testing

@testable import RateLimiting

@Suite struct AdmissionStateTests {
    @Test func letsInWhileThereAreTokensAndThenMakesWait() {
        var office = Office(AdmissionOptions(rate: Rate(15, per: .seconds(1)), burst: 15, reserve: 0))
        for number in 0..<20 { office.arrive(number, caller: 1) }
        #expect(office.admitted == Array(0..<15) && office.status.waiting == 5)
        office.pass(.milliseconds(1_049))
        #expect(office.admitted.count == 15)
        office.pass(.milliseconds(1))
        #expect(office.admitted.count == 16)
        office.pass(.milliseconds(270))
        #expect(office.admitted == Array(0..<20))
        #expect(office.status.counts.waits == 5 && office.status.counts.waited > .seconds(5))
    }

    @Test func whoCannotBeServedByTheDeadlineIsRefusedAtOnce() {
        var office = Office(AdmissionOptions(reserve: 0, concurrency: 100))
        for number in 0..<200 { office.arrive(number, caller: 1, within: .seconds(3)) }
        // 15 at once, then 15 in each 1.05 s from then on.
        #expect((42...44).contains(office.admitted.count + office.status.waiting))
        let refusals = office.refused.filter { $0.refusal.reason == .budgetUsedUp }
        #expect(refusals.count == office.refused.count && !refusals.isEmpty)
        #expect(office.refused.allSatisfy { $0.refusal.retryAfter > .seconds(2.9) })
        let waiting = office.status.waiting
        office.pass(.seconds(3))
        #expect(waiting > 25 && office.status.waiting == 0 && office.admitted.count == 15 + waiting)
    }

    @Test func whoseDeadlineHasPassedIsTurnedAway() {
        var office = Office(AdmissionOptions(rate: nil, concurrency: 1))
        office.arrive(0, caller: 1)
        office.arrive(1, caller: 1, within: .seconds(2))
        office.arrive(2, caller: 2, within: .seconds(4))
        office.pass(.milliseconds(1_999))
        #expect(office.refused.isEmpty)
        office.pass(.milliseconds(1))
        #expect(office.refused.map(\.number) == [1])
        #expect(office.refused.first?.refusal.reason == .deadlineTooClose)
        office.end(0, .answered)
        #expect(office.admitted == [0, 2])
    }

    @Test func theMeasuredTimeOfCallsDecidesWhoCanBeServed() {
        var office = Office(AdmissionOptions(rate: nil, concurrency: 1))
        // So often that hardly any deviation from two seconds is left.
        for number in 100..<130 {
            office.arrive(number, caller: 1)
            office.pass(.seconds(2))
            office.end(number, .answered)
        }
        office.arrive(1, caller: 1)
        // Two seconds for the call before it and two for itself.
        office.arrive(2, caller: 1, within: .milliseconds(3_900))
        #expect(office.refused.map(\.refusal) == [.deadlineTooClose(retryAfter: .seconds(2))])
        office.arrive(3, caller: 1, within: .milliseconds(4_100))
        #expect(office.status.waiting == 1)
        // Whoever need not wait is let in however long calls take: that is how it is seen that they take less.
        office.end(1, .abandoned)
        office.end(3, .abandoned)
        office.arrive(4, caller: 1, within: .milliseconds(100))
        #expect(office.admitted.suffix(3) == [1, 3, 4])
    }

    @Test func beyondTheBoundTheyAreRefused() {
        var office = Office(AdmissionOptions(rate: nil, concurrency: 1, queue: 3))
        for number in 0..<6 { office.arrive(number, caller: 1) }
        #expect(office.refused.map(\.number) == [4, 5])
        #expect(office.refused.allSatisfy { $0.refusal.reason == .queueFull })
        office.arrive(6, caller: 2)
        #expect(office.refused.map(\.number) == [4, 5, 3] && office.status.waiting == 3)
    }

    @Test(arguments: [(nil, AdmissionRefusal.Reason.tooManyInFlight), (Rate(1, per: .seconds(9)), .budgetUsedUp)])
    func withoutAQueueTheyHearWhatIsLacking(rate: Rate?, reason: AdmissionRefusal.Reason) {
        let concurrency = rate == nil ? 1 : 2
        var office = Office(AdmissionOptions(rate: rate, burst: 1, concurrency: concurrency, queue: 0))
        for number in 0..<2 { office.arrive(number, caller: 1) }
        #expect(office.refused.map(\.refusal.reason) == [reason])
    }

    @Test func backgroundCallsLeaveAQuarterOfThePermitsAndNeverWait() {
        var office = Office(AdmissionOptions(rate: nil, concurrency: 4))
        for number in 0..<4 { office.arrive(number, caller: 1) }
        office.arrive(11, caller: 2)
        office.arrive(12, caller: 1, priority: .background)
        #expect(office.refused.map(\.refusal.reason) == [.tooManyInFlight])
        office.end(0, .answered)
        #expect(office.admitted.last == 11)
        office.end(1, .answered)
        office.arrive(13, caller: 1, priority: .background)
        #expect(office.refused.count == 2)
        office.end(2, .answered)
        office.arrive(14, caller: 1, priority: .background)
        #expect(office.admitted.last == 14)
    }

    @Test func backgroundIsRefusedWhileSomebodyWaitsForAToken() {
        var office = Office(AdmissionOptions(burst: 1, reserve: 0))
        office.arrive(0, caller: 1)
        office.arrive(1, caller: 1)
        office.arrive(2, caller: 1, priority: .background)
        #expect(office.refused.map(\.refusal.reason) == [.budgetUsedUp])
        #expect((office.refused.first?.refusal.retryAfter ?? .zero) > .milliseconds(66))
    }

    @Test func anOpenBreakerTurnsEverybodyAwayAndLetsProbesIn() {
        let breaker = BreakerOptions(minimumCalls: 3, probes: 1, firstPause: .seconds(1))
        var office = Office(AdmissionOptions(rate: nil, concurrency: 3, breaker: breaker))
        for number in 0..<5 { office.arrive(number, caller: 1) }
        for number in 0..<3 { office.end(number, .failed) }
        #expect(office.status.breaker == .open && office.status.waiting == 0 && office.status.inFlight == 2)
        office.arrive(5, caller: 1)
        #expect(office.refused.map(\.refusal) == [.breakerOpen(retryAfter: .seconds(1))])
        office.pass(.seconds(1))
        office.arrive(6, caller: 1)
        office.arrive(7, caller: 1)
        #expect(office.admitted.last == 6 && office.refused.last?.number == 7)
        office.end(6, .answered)
        #expect(office.status.breaker == .closed && office.status.breakerChanges == 3)
        office.arrive(8, caller: 1)
        #expect(office.admitted.last == 8)
    }

    @Test func whoWaitsWhenTheBreakerOpensHearsItAtOnce() {
        let breaker = BreakerOptions(minimumCalls: 1)
        var office = Office(AdmissionOptions(rate: nil, concurrency: 1, breaker: breaker))
        for number in 0..<3 { office.arrive(number, caller: 1) }
        office.arrive(3, caller: 1)
        office.end(0, .timedOut)
        #expect(office.refused.map(\.number) == [1, 2, 3])
        #expect(office.refused.allSatisfy { $0.refusal.reason == .breakerOpen })
    }

    @Test func throttlingOpensNoBreakerButLowersTheRate() throws {
        var office = Office(AdmissionOptions(reserve: 0, breaker: BreakerOptions(minimumCalls: 1)))
        for number in 0..<15 { office.arrive(number, caller: 1) }
        for number in 0..<15 { office.end(number, .throttled) }
        #expect(office.status.breaker == .closed)
        #expect(try #require(office.status.rate) < 15)
    }

    @Test func whoLeavesIsServedNoMore() {
        var office = Office(AdmissionOptions(rate: nil, concurrency: 1))
        for number in 0..<3 { office.arrive(number, caller: 1) }
        office.cancel(1)
        office.cancel(1)
        #expect(office.refused.map(\.refusal) == [.cancelled])
        office.end(0, .answered)
        #expect(office.admitted == [0, 2])
    }
}
