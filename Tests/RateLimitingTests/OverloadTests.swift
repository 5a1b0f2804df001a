import Testing

@testable import RateLimiting

@Suite struct OverloadTests {
    @Test(arguments: [50...350, 200...200, 20...2_000], [1, 50]) func ofAHealthyServiceMakesNoTimeOuts(
        latency: ClosedRange<Int>, callers: Int
    ) {
        var overload = Overload(AdmissionOptions(), latency: latency)
        overload.run(callers: callers, perSecond: 100, seconds: 25)
        let status = overload.office.status
        let ends = "\(overload.answered) answered, \(overload.timedOut) timed out"
        print("\(callers) callers, \(latency) ms: \(ends)")
        #expect(overload.timedOut * 50 <= overload.answered)
        #expect(Double(overload.answered) >= 0.9 * 15 * 25)
        #expect(status.breakerChanges == 0)
    }

    // A limit that followed the latency gave 534 answers at 1 s.
    @Test func aServiceThatTakesTenTimesAsLongGivesAsManyAnswers() {
        var overload = Overload(AdmissionOptions(), latency: 80...120)
        overload.run(callers: 50, perSecond: 30, seconds: 30)
        let before = overload.answered
        overload.latency = 800...1_200
        overload.run(callers: 50, perSecond: 30, seconds: 60)
        print("at 0.1 s \(before) answers in 30 s, at 1 s \(overload.answered - before) in 60 s")
        #expect(Double(overload.answered - before) >= 0.95 * 15 / 1.05 * 60)
    }

    private func busyOffice() -> Office {
        var office = Office(AdmissionOptions(rate: nil, concurrency: 4, breaker: BreakerOptions(minimumCalls: 1)))
        for number in 0..<4 { office.arrive(number, caller: 1) }
        for number in 4..<7 { office.arrive(number, caller: 1) }
        // Two seconds of its five are gone when the fifth may begin.
        office.pass(.seconds(2))
        office.end(0, .answered)
        return office
    }

    @Test func aTimeOutOfACallThatHadWaitedProvesNothingWhileOthersAreAnswered() {
        var office = busyOffice()
        office.pass(.seconds(1))
        office.end(1, .abandoned)
        office.end(2, .answered)
        office.pass(.seconds(2))
        office.end(4, .timedOut)
        #expect(office.status.breaker == .closed)
    }

    @Test func ifNobodyIsAnsweredItDoes() {
        var office = busyOffice()
        office.pass(.seconds(3))
        office.end(4, .timedOut)
        #expect(office.status.breaker == .open)
    }

    @Test func aTimeOutOfACallThatHadItsTimeCountsAsAFailure() {
        var office = Office(AdmissionOptions(rate: nil, concurrency: 10, breaker: BreakerOptions(minimumCalls: 1)))
        office.arrive(0, caller: 1)
        office.arrive(1, caller: 1)
        office.pass(.seconds(5))
        office.end(0, .answered)
        office.end(1, .timedOut)
        #expect(office.status.breaker == .open && office.status.limit == 10)
    }
}
