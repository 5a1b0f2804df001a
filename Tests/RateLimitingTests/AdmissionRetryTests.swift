import Testing

@testable import RateLimiting

@Suite struct AdmissionRetryTests {
    @Test func aRetryTakesATokenToo() {
        var office = Office(AdmissionOptions(burst: 3, reserve: 0))
        office.arrive(0, caller: 1)
        office.retry(0, as: 100, after: .failed)
        #expect(office.admitted == [0, 100] && office.status.tokens == 1 && office.status.inFlight == 1)
        #expect(office.status.counts.admitted == 1 && office.status.counts.retries == 1)
    }

    @Test func itWaitsBeforeThoseWhoHaveNotBegun() {
        var office = Office(AdmissionOptions(burst: 2, reserve: 0))
        for number in 0..<4 { office.arrive(number, caller: UInt64(number)) }
        office.retry(1, as: 100, after: .failed)
        #expect(office.admitted == [0, 1] && office.status.waiting == 3)
        office.pass(.milliseconds(67))
        #expect(office.admitted == [0, 1, 100])
        office.pass(.milliseconds(67))
        #expect(office.admitted == [0, 1, 100, 2])
    }

    @Test func itNeedsNoSecondPermit() {
        var office = Office(AdmissionOptions(rate: nil, concurrency: 1))
        office.arrive(0, caller: 1)
        office.arrive(1, caller: 1)
        office.retry(0, as: 100, after: .failed)
        #expect(office.admitted == [0, 100] && office.status.inFlight == 1)
    }

    @Test func ofABackgroundCallItLeavesTheReserve() {
        var office = Office(AdmissionOptions(burst: 6, reserve: 5))
        office.arrive(0, caller: 1, priority: .background)
        office.retry(0, as: 100, after: .failed)
        #expect(office.admitted == [0])
        #expect(office.status.waiting == 0 && office.refused.map(\.number) == [100])
        office.arrive(1, caller: 1)
        #expect(office.admitted == [0, 1])
    }

    @Test func withoutATokenInTimeItIsRefused() {
        var office = Office(AdmissionOptions(rate: Rate(1, per: .seconds(1)), burst: 1, reserve: 0))
        office.arrive(0, caller: 1)
        office.retry(0, as: 100, after: .failed, within: .seconds(1))
        #expect(office.refused.map(\.number) == [100] && office.status.counts.retriesRefused == 1)
        #expect(office.status.counts.refused.isEmpty)
    }

    @Test func anOpenBreakerRefusesIt() {
        var office = Office(AdmissionOptions(rate: nil, breaker: BreakerOptions(minimumCalls: 2)))
        for number in 0..<3 { office.arrive(number, caller: 1) }
        for number in 0..<2 { office.end(number, .failed) }
        office.retry(2, as: 100, after: .failed)
        #expect(office.refused.map(\.refusal.reason) == [.breakerOpen])
    }

    @Test func aProbeMayTryAgain() {
        let breaker = BreakerOptions(minimumCalls: 2, probes: 1, firstPause: .seconds(1))
        var office = Office(AdmissionOptions(rate: nil, breaker: breaker))
        for number in 0..<3 { office.arrive(number, caller: 1) }
        for number in 0..<2 { office.end(number, .failed) }
        office.pass(.seconds(1))
        office.arrive(3, caller: 1)
        office.retry(3, as: 100, after: .failed)
        office.retry(2, as: 101, after: .failed)
        #expect(office.admitted.last == 100 && office.refused.map(\.number) == [101])
    }

    @Test func eachThrottledAttemptLowersTheRateOnce() throws {
        var office = Office(AdmissionOptions(reserve: 0))
        office.pass(.seconds(10))
        office.arrive(0, caller: 1)
        office.retry(0, as: 100, after: .throttled)
        let once = try #require(office.status.rate)
        #expect(once < 15)
        office.end(100, .abandoned)
        #expect(office.status.rate == once)
    }

    @Test func anAttemptThatIsTheLastAfterAllTeachesOnce() {
        var (told, both) = (Office(AdmissionOptions(reserve: 0)), Office(AdmissionOptions(reserve: 0)))
        told.arrive(0, caller: 1)
        told.end(0, .throttled)
        both.arrive(0, caller: 1)
        both.attemptFailed(0, .throttled)
        let rate = both.status.rate
        both.end(0, .throttled)
        #expect(rate == both.status.rate && rate == told.status.rate && told.status.inFlight == 0)
    }

    @Test func theRateFallsBeforeTheBackOff() throws {
        var office = Office(AdmissionOptions(reserve: 0))
        office.pass(.seconds(10))
        office.arrive(0, caller: 1)
        office.attemptFailed(0, .throttled)
        #expect(try #require(office.status.rate) < 15)
    }
}
