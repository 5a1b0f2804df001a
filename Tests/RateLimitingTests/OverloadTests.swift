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
        print("\(callers) callers, \(latency) ms: \(ends), limit \(overload.leastLimit)")
        #expect(overload.timedOut * 50 <= overload.answered)
        #expect(Double(overload.answered) >= 0.9 * 15 * 25)
        #expect(overload.leastLimit == 32 && status.breakerChanges == 0)
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
        #expect(office.status.breaker == .closed && office.status.limit == 4)
    }

    @Test func ifNobodyIsAnsweredItDoes() {
        var office = busyOffice()
        office.pass(.seconds(3))
        office.end(4, .timedOut)
        #expect(office.status.breaker == .open && office.status.limit == 4)
    }

    @Test func aTimeOutOfACallThatHadItsTimeShrinksTheLimitAndCountsAsAFailure() {
        var office = Office(AdmissionOptions(rate: nil, concurrency: 10, breaker: BreakerOptions(minimumCalls: 1)))
        office.arrive(0, caller: 1)
        office.arrive(1, caller: 1)
        office.pass(.seconds(5))
        office.end(0, .answered)
        office.end(1, .timedOut)
        #expect(office.status.breaker == .open && office.status.limit == 7)
    }
}
