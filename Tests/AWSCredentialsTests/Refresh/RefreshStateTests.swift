import AWSCredentials
import Formats
import SigV4
import Testing

@Suite struct RefreshStateTests {
    private let state = BoxedRefreshState()
    private let hour = Timestamp.noon + 3_600

    /// A state that holds set 1 until `end`, fetched at noon.
    private func holdFirstSet(until end: Timestamp?) {
        #expect(state.beginsFetch(at: .noon))
        #expect(state.finish(.success(.number(1, until: end)), at: .noon) == .refreshed(expiration: end, from: .stable))
    }

    private let failure = Result<Credentials, CredentialsError>.failure(.unknownProfile("p"))

    @Test func fetchesBeforeTheFirstCaller() {
        #expect(state.beginsFetch(at: .noon))
        #expect(!state.beginsFetch(at: .noon))
    }

    @Test func letsTheFirstCallerWaitForTheFirstSet() {
        #expect(state.decide(.current, at: .noon) == .wait)
        holdFirstSet(until: hour)
        #expect(state.decide(.current, at: .noon) == .use(.number(1, until: hour)))
    }

    @Test func servesASetWithoutAnExpirationForEver() {
        holdFirstSet(until: nil)
        #expect(!state.beginsFetch(at: .noon + 1_000_000_000))
        #expect(state.decide(.current, at: .noon + 1_000_000_000) == .use(.number(1)))
    }

    @Test func refreshesFiveMinutesBeforeTheExpirationWhileTheOldSetIsServed() {
        holdFirstSet(until: hour)
        #expect(!state.beginsFetch(at: hour + -301))
        #expect(state.beginsFetch(at: hour + -300))
        #expect(!state.beginsFetch(at: hour + -299))
        #expect(state.decide(.current, at: hour + -299) == .use(.number(1, until: hour)))
        let next = hour + 3_600
        #expect(
            state.finish(.success(.number(2, until: next)), at: hour + -298)
                == .refreshed(expiration: next, from: .stable))
        #expect(state.decide(.current, at: hour) == .use(.number(2, until: next)))
    }

    @Test func letsEveryCallerWaitInTheLastMinute() {
        holdFirstSet(until: hour)
        #expect(state.decide(.current, at: hour + -61) == .use(.number(1, until: hour)))
        #expect(state.decide(.current, at: hour + -60) == .wait)
        #expect(state.beginsFetch(at: hour + -60))
        #expect(state.decide(.current, at: hour + -60) == .wait)
    }

    @Test func servesTheOldSetPastItsExpirationAfterAFailureWhereAWSMayAcceptIt() {
        holdFirstSet(until: hour)
        #expect(state.decide(.current, at: hour + -60) == .wait)
        #expect(state.beginsFetch(at: hour + -60))
        let event = state.finish(failure, at: hour + -59)
        #expect(event == .kept(expiration: hour, because: .unknownProfile("p")))
        for later in [-59, 0, 240] as [Int64] {
            #expect(state.decide(.current, at: hour + later) == .use(.number(1, until: hour)))
            #expect(!state.beginsFetch(at: hour + later))
        }
    }

    @Test func letsNoCallerWaitForASecondTryWhileTheOldSetIsUsable() {
        holdFirstSet(until: hour)
        #expect(state.beginsFetch(at: hour + -60))
        state.finish(failure, at: hour + -59)
        #expect(state.decide(.current, at: hour + 241) == .use(.number(1, until: hour)))
        #expect(state.beginsFetch(at: hour + 241))
        #expect(state.decide(.current, at: hour + 242) == .use(.number(1, until: hour)))
        #expect(state.finish(failure, at: hour + 243) == .kept(expiration: hour, because: .unknownProfile("p")))
    }

    @Test func dropsASetAtItsExpirationWhereItsSourceIsNotStaticallyStable() {
        let state = BoxedRefreshState(origin: .plain)
        _ = state.beginsFetch(at: .noon)
        state.finish(.success(.number(1, until: hour)), at: .noon)
        #expect(state.beginsFetch(at: hour + -300))
        #expect(state.finish(failure, at: hour + -299) == .kept(expiration: hour, because: .unknownProfile("p")))
        #expect(state.decide(.current, at: hour + -1) == .use(.number(1, until: hour)))
        #expect(state.decide(.current, at: hour) == .wait)
        #expect(state.beginsFetch(at: hour))
        #expect(state.finish(failure, at: hour + 1) == .failed(.unknownProfile("p")))
        #expect(state.decide(.current, at: hour + 5) == .fail(.unknownProfile("p")))
        #expect(!state.beginsFetch(at: hour + 5))
        #expect(state.decide(.current, at: hour + 6) == .wait)
    }

    @Test func throwsAnErrorThatIsNotRecoverableAtOnce() {
        holdFirstSet(until: hour)
        #expect(state.beginsFetch(at: hour + -300))
        let error = CredentialsError.assumeRoleFailed(role: "r", .accessDenied)
        #expect(state.finish(.failure(error), at: hour + -300) == .failed(error))
        #expect(state.decide(.current, at: hour + -296) == .fail(error))
        #expect(!state.beginsFetch(at: hour + -296))
        #expect(state.decide(.current, at: hour + -295) == .wait)
    }

    @Test func endsACooldownWhenTheWallClockIsSetBackFar() {
        holdFirstSet(until: hour)
        #expect(state.beginsFetch(at: hour + -300))
        state.finish(failure, at: hour + -300)
        #expect(!state.beginsFetch(at: hour + -301))
        _ = state.decide(.replacement(for: .number(1, until: hour)), at: .noon)
        #expect(state.beginsFetch(at: .noon))
    }

    /// The wall clock was set back meanwhile, so that the error is of a moment ago.
    @Test func forgetsTheErrorWithTheNextSet() {
        #expect(state.beginsFetch(at: .noon))
        state.finish(failure, at: .noon)
        #expect(state.beginsFetch(at: .noon + 5))
        state.finish(.success(.number(1, until: hour)), at: .noon + 1)
        #expect(state.decide(.replacement(for: .number(1, until: hour)), at: .noon + 1) == .wait)
    }

    @Test func throwsTheErrorWhereNothingIsHeldAndTriesAgainAfterAMoment() {
        #expect(state.beginsFetch(at: .noon))
        #expect(state.finish(failure, at: .noon) == .failed(.unknownProfile("p")))
        #expect(state.decide(.current, at: .noon + 4) == .fail(.unknownProfile("p")))
        #expect(!state.beginsFetch(at: .noon + 4))
        #expect(state.beginsFetch(at: .noon + 5))
        #expect(state.decide(.current, at: .noon + 5) == .wait)
    }

    @Test func asksASourceThatRepeatsItselfAtShrinkingIntervals() {
        holdFirstSet(until: hour)
        var fetches: [Int64] = []
        for second in 0..<3_600 as Range<Int64> where state.beginsFetch(at: .noon + second) {
            fetches.append(3_600 - second)
            state.finish(.success(.number(1, until: hour)), at: .noon + second)
        }
        #expect(fetches == [300, 100, 33, 11, 3, 1])
    }

    @Test(arguments: [300_000, 450_000, 600_000] as [Int64])
    func doesNotAskASourceThatFailedForTheWholeCooldown(cooldown: Int64) {
        holdFirstSet(until: hour)
        var fetches: [Int64] = []
        for second in 0..<7_200 as Range<Int64> where state.beginsFetch(at: .noon + second) {
            fetches.append(second)
            state.finish(failure, at: .noon + second, cooldown: cooldown)
        }
        let expected = Array(stride(from: 3_300, to: 7_200, by: Int(cooldown / 1_000)))
        #expect(fetches.map(Int.init) == expected)
    }

    @Test func triesASourceThatIsNotStaticallyStableOnceAMinute() {
        let state = BoxedRefreshState(origin: .plain)
        _ = state.beginsFetch(at: .noon)
        state.finish(.success(.number(1, until: hour)), at: .noon)
        var fetches: [Int64] = []
        for second in 0..<3_600 as Range<Int64> where state.beginsFetch(at: .noon + second) {
            fetches.append(3_600 - second)
            state.finish(failure, at: .noon + second, cooldown: 600_000)
        }
        #expect(fetches == [300, 240, 180, 120, 60])
    }
}
