import TestSupport
import Testing

@testable import RateLimiting

@Suite struct BreakerTests {
    private let start = ContinuousClock().now

    private func time(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    /// Opens at half of ten calls in ten seconds, pauses a second and then longer, closes after two probes.
    private func breaker() -> Breaker {
        let options = BreakerOptions(
            window: .seconds(10), minimumCalls: 10, failureRatio: 0.5, probes: 2, firstPause: .seconds(1),
            longestPause: .seconds(4))
        return Breaker(options, at: start)
    }

    private func call(
        _ breaker: inout Breaker, _ outcome: Breaker.Outcome, at milliseconds: Int, random: Double = 0
    ) {
        guard let pass = breaker.admit(at: time(milliseconds)) else { return }
        breaker.record(outcome, of: pass, at: time(milliseconds), random: random)
    }

    /// The pass of a call that has to be admitted.
    private func admit(_ breaker: inout Breaker, at milliseconds: Int) throws -> Breaker.Pass {
        let pass = breaker.admit(at: time(milliseconds))
        return try #require(pass)
    }

    private func isAdmitted(_ breaker: inout Breaker, at milliseconds: Int) -> Bool {
        breaker.admit(at: time(milliseconds)) != nil
    }

    private func opened(at milliseconds: Int = 0, random: Double = 0) -> Breaker {
        var breaker = breaker()
        for _ in 0..<10 { call(&breaker, .failed, at: milliseconds, random: random) }
        return breaker
    }

    @Test func opensAtTheRatioOfFailures() {
        var breaker = breaker()
        for _ in 0..<10 { call(&breaker, .succeeded, at: 0) }
        for _ in 0..<9 { call(&breaker, .failed, at: 100) }
        #expect(breaker.state == .closed)
        call(&breaker, .failed, at: 100)
        #expect(breaker.state == .open && breaker.changes == 1)
        #expect(breaker.refusal(at: time(100)) == .seconds(1))
        #expect(!isAdmitted(&breaker, at: 1099))
    }

    @Test func fewCallsProveNothing() {
        var breaker = breaker()
        for _ in 0..<9 { call(&breaker, .failed, at: 0) }
        #expect(breaker.state == .closed)
        call(&breaker, .failed, at: 0)
        #expect(breaker.state == .open)
    }

    @Test func forgetsWhatIsOlderThanTheWindow() {
        var breaker = breaker()
        for _ in 0..<9 { call(&breaker, .failed, at: 0) }
        call(&breaker, .failed, at: 10_000)
        #expect(breaker.state == .closed)
        for _ in 0..<9 { call(&breaker, .failed, at: 19_000) }
        #expect(breaker.state == .open)
    }

    @Test func whatIsIgnoredCountsNeitherWay() {
        var breaker = breaker()
        for _ in 0..<1000 { call(&breaker, .ignored, at: 0) }
        for _ in 0..<10 { call(&breaker, .failed, at: 0) }
        #expect(breaker.state == .open)
    }

    @Test func closesAfterEnoughProbesHaveSucceeded() throws {
        var breaker = opened()
        let first = try admit(&breaker, at: 1000)
        let second = try admit(&breaker, at: 1000)
        #expect(breaker.state == .halfOpen && !isAdmitted(&breaker, at: 1000))
        breaker.record(.succeeded, of: first, at: time(1100), random: 0)
        #expect(breaker.state == .halfOpen)
        breaker.record(.succeeded, of: second, at: time(1100), random: 0)
        #expect(breaker.state == .closed && breaker.changes == 3)
    }

    @Test func oneFailedProbeOpensItForLongerUpToACap() throws {
        var breaker = opened()
        var (now, pauses) = (0, [Duration]())
        for _ in 0..<5 {
            let pause = try #require(breaker.refusal(at: time(now)))
            pauses.append(pause)
            now += Int((pause / .milliseconds(1)).rounded())
            call(&breaker, .failed, at: now)
        }
        #expect(pauses == [.seconds(1), .seconds(2), .seconds(4), .seconds(4), .seconds(4)])
    }

    @Test func pausesAreShortAgainOnceItWasClosed() {
        var breaker = opened()
        call(&breaker, .failed, at: 1000)
        for _ in 0..<2 { call(&breaker, .succeeded, at: 3000) }
        #expect(breaker.state == .closed)
        for _ in 0..<10 { call(&breaker, .failed, at: 4000) }
        #expect(breaker.refusal(at: time(4000)) == .seconds(1))
    }

    @Test(arguments: [(0.0, 1000), (0.5, 750), (1.0, 500)]) func jitterShortensThePause(random: Double, pause: Int) {
        #expect(opened(random: random).refusal(at: start) == .milliseconds(pause))
    }

    @Test func anIgnoredProbeGivesItsPlaceBack() throws {
        var breaker = opened()
        _ = breaker.admit(at: time(1000))
        for _ in 0..<20 { call(&breaker, .ignored, at: 1000) }
        #expect(breaker.state == .halfOpen && isAdmitted(&breaker, at: 1000))
    }

    @Test func probesThatHangDoNotKeepItHalfOpen() {
        var breaker = opened()
        for _ in 0..<2 { #expect(isAdmitted(&breaker, at: 1000)) }
        #expect(breaker.refusal(at: time(1000)) == .seconds(1))
        for _ in 0..<2 { call(&breaker, .succeeded, at: 2000) }
        #expect(breaker.state == .closed)
    }

    @Test func eachRoundOfProbesHasItsOwnPlacesAndItsOwnEnd() throws {
        var breaker = opened()
        let first = try admit(&breaker, at: 1000)
        _ = try admit(&breaker, at: 1000)
        #expect(!isAdmitted(&breaker, at: 1999))
        for round in [2000, 3500] {
            for _ in 0..<2 { #expect(isAdmitted(&breaker, at: round)) }
            #expect(breaker.refusal(at: time(round)) == .seconds(1))
            #expect(!isAdmitted(&breaker, at: round + 999))
        }
        // A probe of an earlier round is one too.
        breaker.record(.succeeded, of: first, at: time(3600), random: 0)
        #expect(breaker.state == .halfOpen && isAdmitted(&breaker, at: 3600) && !isAdmitted(&breaker, at: 3600))
        breaker.record(.succeeded, of: first, at: time(3600), random: 0)
        #expect(breaker.state == .closed)
    }

    @Test func theOutcomeOfACallFromBeforeAChangeIsNoProbes() throws {
        var breaker = breaker()
        let old = try admit(&breaker, at: 0)
        for _ in 0..<10 { call(&breaker, .failed, at: 0) }
        breaker.record(.failed, of: old, at: time(500), random: 0)
        #expect(breaker.refusal(at: time(500)) == .milliseconds(500))
        let probe = try admit(&breaker, at: 1000)
        breaker.record(.failed, of: old, at: time(1000), random: 0)
        breaker.record(.succeeded, of: old, at: time(1000), random: 0)
        #expect(breaker.state == .halfOpen)
        #expect(!breaker.admitsRetry(of: old) && breaker.admitsRetry(of: probe))
    }

    // Compares it with a list of all outcomes.
    @Test func countsAsAListOfAllOutcomesWould() {
        var (random, breaker) = (SplitMix64(seed: 11), breaker())
        var (now, outcomes) = (0, [(bucket: Int, failed: Bool)]())
        for _ in 0..<20_000 where breaker.state == .closed {
            now += Int.random(in: 0..<400, using: &random)
            let failed = Int.random(in: 0..<100, using: &random) < 30
            outcomes.append((now / 1000, failed))
            call(&breaker, failed ? .failed : .succeeded, at: now)
            let window = outcomes.filter { $0.bucket > now / 1000 - 10 }
            let failures = window.count { $0.failed }
            let isTooMuch = failed && window.count >= 10 && 2 * failures >= window.count
            #expect((breaker.state == .open) == isTooMuch, "at \(now) ms")
            if outcomes.count > 500 { outcomes.removeFirst(300) }
        }
        #expect(breaker.changes <= 1 && now > 20_000)
    }
}
