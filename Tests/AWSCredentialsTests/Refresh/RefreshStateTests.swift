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

    @Test func refreshesASetThatNothingMakesNecessaryWhereItIsAskedTo() {
        holdFirstSet(until: nil)
        state.refreshEarly()
        #expect(state.decide(.current, at: .noon + 1) == .use(.number(1)))
        #expect(state.beginsFetch(at: .noon + 1) && !state.beginsFetch(at: .noon + 1))
        state.finish(.success(.number(2)), at: .noon + 2)
        #expect(state.decide(.current, at: .noon + 2) == .use(.number(2)))
    }

    /// A failure that withholds a set from callers otherwise.
    @Test func keepsTheSetWhereAnEarlyRefreshFails() {
        holdFirstSet(until: hour)
        state.refreshEarly()
        #expect(state.beginsFetch(at: .noon))
        let event = state.finish(.failure(.assumeRoleFailed(role: "r", .rejectedClaim)), at: .noon + 1)
        #expect(event == .kept(expiration: hour, because: .assumeRoleFailed(role: "r", .rejectedClaim)))
        #expect(state.decide(.current, at: .noon + 2) == .use(.number(1, until: hour)))
        // It is refreshed in time, and a failure is one then.
        #expect(state.beginsFetch(at: hour + -899))
        state.finish(.failure(.assumeRoleFailed(role: "r", .rejectedClaim)), at: hour + -898)
        #expect(state.decide(.current, at: hour + -898) == .fail(.assumeRoleFailed(role: "r", .rejectedClaim)))
    }

    /// A fetch that runs because it is due is not an early one because another is asked for.
    @Test func aRefreshThatIsDueCountsAlsoWhereAnEarlyOneIsAskedForMeanwhile() {
        holdFirstSet(until: hour)
        #expect(state.beginsFetch(at: hour + -900))
        state.refreshEarly()
        let error = CredentialsError.assumeRoleFailed(role: "r", .rejectedClaim)
        #expect(state.finish(.failure(error), at: hour + -898) == .failed(error))
        #expect(state.decide(.current, at: hour + -898) == .fail(error))
        // Nor does the early one give back what is withheld.
        #expect(state.beginsFetch(at: hour + -897))
        #expect(state.finish(.failure(error), at: hour + -896) == .failed(error))
        #expect(state.decide(.current, at: hour + -896) == .fail(error))
    }

    @Test func keepsTheSetWhereAnEarlyRefreshThatHadToWaitFails() {
        holdFirstSet(until: hour)
        #expect(state.beginsFetch(at: hour + -900))
        state.refreshEarly()
        let second = Credentials.number(2, until: hour + 3_600)
        state.finish(.success(second), at: hour + -898)
        #expect(state.beginsFetch(at: hour + -898))
        state.finish(.failure(.assumeRoleFailed(role: "r", .rejectedClaim)), at: hour + -897)
        #expect(state.decide(.current, at: hour + -897) == .use(second))
    }

    /// The one that runs may have read what is out of date.
    @Test func fetchesOnceMoreAfterAFetchThatRan() {
        #expect(state.beginsFetch(at: .noon))
        for _ in 1...3 { state.refreshEarly() }
        state.finish(.success(.number(1)), at: .noon + 1)
        #expect(state.beginsFetch(at: .noon + 1))
        state.finish(.success(.number(2)), at: .noon + 2)
        #expect(!state.beginsFetch(at: .noon + 3))
    }

    @Test func servesASetWithoutAnExpirationForEver() {
        holdFirstSet(until: nil)
        #expect(!state.beginsFetch(at: .noon + 1_000_000_000))
        #expect(state.decide(.current, at: .noon + 1_000_000_000) == .use(.number(1)))
    }

    @Test func refreshesAQuarterOfAnHourBeforeTheExpirationWhileTheOldSetIsServed() {
        holdFirstSet(until: hour)
        #expect(!state.beginsFetch(at: hour + -901))
        #expect(state.beginsFetch(at: hour + -900))
        #expect(!state.beginsFetch(at: hour + -899))
        #expect(state.decide(.current, at: hour + -899) == .use(.number(1, until: hour)))
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
        for later in [-29, 0, 30] as [Int64] {
            #expect(state.decide(.current, at: hour + later) == .use(.number(1, until: hour)))
            #expect(state.beginsFetch(at: hour + later))
            #expect(!state.beginsFetch(at: hour + later))
            state.finish(failure, at: hour + later)
            #expect(state.decide(.current, at: hour + later) == .use(.number(1, until: hour)))
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
        // A minute later.
        #expect(state.decide(.current, at: hour + -241) == .fail(error))
        #expect(!state.beginsFetch(at: hour + -241))
        #expect(state.decide(.current, at: hour + -240) == .wait)
    }

    @Test func discardsNoSetBecauseOfAFailure() {
        holdFirstSet(until: hour)
        let denial = CredentialsError.assumeRoleFailed(role: "r", .accessDenied)
        #expect(state.beginsFetch(at: hour + -300))
        state.finish(.failure(denial), at: hour + -300)
        #expect(state.decide(.replacement(for: .number(2)), at: hour + -300) == .fail(denial))
        #expect(state.beginsFetch(at: hour + -240))
        #expect(state.decide(.current, at: hour + -240) == .wait)
        #expect(state.finish(failure, at: hour + -239) == .kept(expiration: hour, because: .unknownProfile("p")))
        #expect(state.decide(.current, at: hour + -239) == .use(.number(1, until: hour)))
    }

    /// That AWS rejects an expired set says nothing new, and must not have the source called for each request.
    @Test func asksASourceThatFailedNoMoreOftenBecauseAWSRejectsAnExpiredSet() {
        holdFirstSet(until: hour)
        #expect(state.beginsFetch(at: hour))
        state.finish(failure, at: hour)
        #expect(state.decide(.replacement(for: .number(1, until: hour)), at: hour + 29) == .fail(.unknownProfile("p")))
        #expect(!state.beginsFetch(at: hour + 29))
        #expect(state.beginsFetch(at: hour + 30))
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
        #expect(state.beginsFetch(at: .noon + 30))
        state.finish(.success(.number(1, until: hour)), at: .noon + 1)
        #expect(state.decide(.replacement(for: .number(1, until: hour)), at: .noon + 1) == .wait)
    }

    @Test func throwsTheErrorWhereNothingIsHeldAndTriesAgainAfterAMoment() {
        #expect(state.beginsFetch(at: .noon))
        #expect(state.finish(failure, at: .noon) == .failed(.unknownProfile("p")))
        #expect(state.decide(.current, at: .noon + 4) == .fail(.unknownProfile("p")))
        #expect(!state.beginsFetch(at: .noon + 29))
        #expect(state.decide(.current, at: .noon + 5) == .wait)
        #expect(state.beginsFetch(at: .noon + 5))
        state.finish(failure, at: .noon + 5)
        #expect(!state.beginsFetch(at: .noon + 34))
        #expect(state.beginsFetch(at: .noon + 35))
    }

    @Test(
        arguments: [(.unknownProfile("p"), 30), (.ssoFailed(profile: "p", .expired), 60)] as [(CredentialsError, Int)])
    func asksASourceThatFailsNoMoreOftenThanItsCooldownWithoutAnySet(error: CredentialsError, distance: Int) {
        var fetches: [Int64] = []
        for second in 0..<200 as Range<Int64> where state.beginsFetch(at: .noon + second) {
            fetches.append(second)
            #expect(state.finish(.failure(error), at: .noon + second) == .failed(error))
        }
        #expect(fetches == Array(stride(from: 0, to: 200, by: distance)))
    }

    @Test func asksASourceThatRepeatsItselfAtShrinkingIntervals() {
        holdFirstSet(until: hour)
        var fetches: [Int64] = []
        for second in 0..<3_600 as Range<Int64> where state.beginsFetch(at: .noon + second) {
            fetches.append(3_600 - second)
            state.finish(.success(.number(1, until: hour)), at: .noon + second)
        }
        #expect(fetches == [900, 300, 150, 75, 37, 18, 9, 4, 2, 1])
    }

    @Test(
        arguments: [
            (300_000, [2_700, 3_000, 3_300, 3_450, 3_525, 3_563, 3_583, 3_603, 3_633]),
            (600_000, [2_700, 3_150, 3_375, 3_488, 3_544, 3_572, 3_592, 3_612, 3_642]),
        ] as [(Int64, [Int64])], [CredentialsOrigin.stable, .plain])
    func asksASourceThatFailsSeveralTimesBeforeTheExpiration(
        expected: (cooldown: Int64, fetches: [Int64]), origin: CredentialsOrigin
    ) {
        let state = BoxedRefreshState(origin: origin)
        _ = state.beginsFetch(at: .noon)
        state.finish(.success(.number(1, until: hour)), at: .noon)
        var fetches: [Int64] = []
        let end: Int64 = origin.isStaticallyStable ? 3_660 : 3_600
        for second in 0..<end where state.beginsFetch(at: .noon + second) {
            fetches.append(second)
            state.finish(
                failure, at: .noon + second,
                cooldown: FailureCooldown(beforeExpiration: expected.cooldown, afterExpiration: 30_000))
        }
        #expect(fetches == expected.fetches.filter { $0 < end })
    }
}
