import Testing

@testable import RateLimiting

@Suite struct AdmissionRetryTests {
    @Test func aRetryTakesATokenToo() {
        var scenario = AdmissionScenario(AdmissionOptions(burst: 3, reserve: 0))
        scenario.arrive(0, caller: 1)
        scenario.retry(0, as: 100, after: .failed)
        #expect(scenario.admitted == [0, 100] && scenario.status.tokens == 1 && scenario.status.inFlight == 1)
        #expect(scenario.status.counts.admitted == 1 && scenario.status.counts.retries == 1)
    }

    @Test func aRetryWaitsAheadOfCallsThatHaveNotBegun() {
        var scenario = AdmissionScenario(AdmissionOptions(burst: 2, reserve: 0))
        for number in 0..<4 { scenario.arrive(number, caller: UInt64(number)) }
        scenario.retry(1, as: 100, after: .failed)
        #expect(scenario.admitted == [0, 1] && scenario.status.waiting == 3)
        scenario.pass(.milliseconds(67))
        #expect(scenario.admitted == [0, 1, 100])
        scenario.pass(.milliseconds(67))
        #expect(scenario.admitted == [0, 1, 100, 2])
    }

    @Test func aRetryNeedsNoSecondPermit() {
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil, permits: 1))
        scenario.arrive(0, caller: 1)
        scenario.arrive(1, caller: 1)
        scenario.retry(0, as: 100, after: .failed)
        #expect(scenario.admitted == [0, 100] && scenario.status.inFlight == 1)
    }

    @Test func aRetryOfABackgroundCallLeavesTheReserve() {
        var scenario = AdmissionScenario(AdmissionOptions(burst: 6, reserve: 5))
        scenario.arrive(0, caller: 1, priority: .background)
        scenario.retry(0, as: 100, after: .failed)
        #expect(scenario.admitted == [0])
        #expect(scenario.status.waiting == 0 && scenario.refused.map(\.number) == [100])
        scenario.arrive(1, caller: 1)
        #expect(scenario.admitted == [0, 1])
    }

    @Test func aRetryWithoutATokenInTimeIsRefused() {
        var scenario = AdmissionScenario(AdmissionOptions(rate: Rate(1, per: .seconds(1)), burst: 1, reserve: 0))
        scenario.arrive(0, caller: 1)
        scenario.retry(0, as: 100, after: .failed, within: .seconds(1))
        #expect(scenario.refused.map(\.number) == [100] && scenario.status.counts.retriesRefused == 1)
        #expect(scenario.status.counts.refused.isEmpty)
    }

    @Test(arguments: [
        (Duration.seconds(1), false), (.milliseconds(1_049), false), (.milliseconds(1_051), true), (.seconds(5), true),
    ])
    func whetherARetryIsPossibleFollowsFromTheNextToken(timeout: Duration, isPossible: Bool) {
        var scenario = AdmissionScenario(AdmissionOptions(rate: Rate(1, per: .seconds(1)), burst: 1, reserve: 0))
        scenario.arrive(0, caller: 1)
        #expect(scenario.mayRetry(0, within: timeout) == isPossible)
    }

    @Test func anOpenBreakerRefusesARetry() {
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil, breaker: BreakerOptions(minimumCalls: 2)))
        for number in 0..<3 { scenario.arrive(number, caller: 1) }
        #expect(scenario.mayRetry(2, within: .seconds(5)))
        for number in 0..<2 { scenario.end(number, .failed) }
        #expect(!scenario.mayRetry(2, within: .seconds(5)))
        scenario.retry(2, as: 100, after: .failed)
        #expect(scenario.refused.map(\.refusal.reason) == [.breakerOpen])
    }

    @Test func aProbeMayTryAgain() {
        let breaker = BreakerOptions(minimumCalls: 2, probes: 1, firstPause: .seconds(1))
        var scenario = AdmissionScenario(AdmissionOptions(rate: nil, breaker: breaker))
        for number in 0..<3 { scenario.arrive(number, caller: 1) }
        for number in 0..<2 { scenario.end(number, .failed) }
        scenario.pass(.seconds(1))
        scenario.arrive(3, caller: 1)
        scenario.retry(3, as: 100, after: .failed)
        scenario.retry(2, as: 101, after: .failed)
        #expect(scenario.admitted.last == 100 && scenario.refused.map(\.number) == [101])
    }

    @Test func eachThrottledAttemptLowersTheRateOnce() throws {
        var scenario = AdmissionScenario(AdmissionOptions(reserve: 0))
        scenario.pass(.seconds(10))
        scenario.arrive(0, caller: 1)
        scenario.retry(0, as: 100, after: .throttled)
        let once = try #require(scenario.status.rate)
        #expect(once < 15)
        scenario.end(100, .abandoned)
        #expect(scenario.status.rate == once)
    }

    @Test func theThrottlingOfASecondAttemptLowersTheRateAgain() throws {
        var scenario = AdmissionScenario(AdmissionOptions(reserve: 0))
        scenario.arrive(0, caller: 1)
        scenario.retry(0, as: 100, after: .throttled)
        #expect(scenario.admitted == [0, 100])
        #expect(abs(try #require(scenario.status.rate) - 15 * 0.7) < 1e-9)
        scenario.attemptFailed(100, .throttled)
        #expect(abs(try #require(scenario.status.rate) - 15 * 0.49) < 1e-9)
        scenario.end(100, .throttled)
        #expect(abs(try #require(scenario.status.rate) - 15 * 0.49) < 1e-9)
    }

    @Test func aFailureThatIsRecordedTwiceLowersTheRateOnce() {
        var once = AdmissionScenario(AdmissionOptions(reserve: 0))
        var both = once
        once.arrive(0, caller: 1)
        once.end(0, .throttled)
        both.arrive(0, caller: 1)
        both.attemptFailed(0, .throttled)
        let rate = both.status.rate
        both.end(0, .throttled)
        #expect(rate == both.status.rate && rate == once.status.rate && once.status.inFlight == 0)
    }

    @Test func theRateFallsBeforeTheBackOff() throws {
        var scenario = AdmissionScenario(AdmissionOptions(reserve: 0))
        scenario.pass(.seconds(10))
        scenario.arrive(0, caller: 1)
        scenario.attemptFailed(0, .throttled)
        #expect(try #require(scenario.status.rate) < 15)
    }
}
