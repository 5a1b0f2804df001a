import AWSCredentials
import Formats
import SigV4
import Testing

/// What happens to a set that AWS refuses.
@Suite struct RefreshStateReplacementTests {
    private let state = RehearsedState()

    init() {
        _ = state.beginsFetch(at: .noon)
        state.land(.success(.number(1)), at: .noon)
    }

    @Test func fetchesOnceForAllWhoWereRefused() {
        #expect(state.answer(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(state.answer(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(state.beginsFetch(at: .noon))
        #expect(state.answer(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(!state.beginsFetch(at: .noon))
        #expect(state.land(.success(.number(2)), at: .noon) == .refreshed(expiration: nil, from: .stable))
        #expect(state.answer(.replacement(for: .number(1)), at: .noon) == .use(.number(2)))
        #expect(!state.beginsFetch(at: .noon))
    }

    @Test func servesTheRefusedSetToOthersMeanwhile() {
        #expect(state.answer(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(state.answer(.current, at: .noon) == .use(.number(1)))
    }

    @Test func saysThatTheSourceStillYieldsTheSameSet() {
        #expect(state.answer(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(state.beginsFetch(at: .noon))
        let again = Credentials.number(1, until: .noon + 3_600)
        let event = state.land(.success(again), at: .noon)
        #expect(event == .kept(expiration: .noon + 3_600, because: .unchanged))
        #expect(state.answer(.replacement(for: .number(1)), at: .noon + 4) == .refuse(.unchanged))
        #expect(!state.beginsFetch(at: .noon + 4))
        #expect(state.answer(.current, at: .noon + 4) == .use(again))
        #expect(state.answer(.replacement(for: .number(1)), at: .noon + 5) == .wait)
        #expect(state.beginsFetch(at: .noon + 5))
    }

    @Test func throwsAFailedFetchOnlyToThoseWhoWereRefused() {
        #expect(state.answer(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(state.beginsFetch(at: .noon))
        let event = state.land(.failure(.unknownProfile("p")), at: .noon)
        #expect(event == .kept(expiration: nil, because: .unknownProfile("p")))
        #expect(state.answer(.replacement(for: .number(1)), at: .noon) == .refuse(.unknownProfile("p")))
        #expect(state.answer(.current, at: .noon) == .use(.number(1)))
    }

    @Test func breaksACooldownForThoseWhoWereRefusedAfterAMoment() {
        #expect(state.answer(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(state.beginsFetch(at: .noon))
        state.land(.failure(.unknownProfile("p")), at: .noon)
        #expect(state.answer(.replacement(for: .number(1)), at: .noon + 5) == .wait)
        #expect(state.beginsFetch(at: .noon + 5))
        state.land(.success(.number(2)), at: .noon + 5)
        #expect(state.answer(.replacement(for: .number(1)), at: .noon + 5) == .use(.number(2)))
    }

    /// Looks up once a second for `seconds`, and AWS refuses every set; each fetch brings another one. Yields the
    /// seconds of the fetches.
    private func refuseEverySet(for seconds: Range<Int64>) -> [Int64] {
        var fetches: [Int64] = []
        for second in seconds {
            let now = Timestamp.noon + second
            guard case .use(let current) = state.answer(.current, at: now) else {
                Issue.record("no set at second \(second)")
                return fetches
            }
            _ = state.answer(.replacement(for: current), at: now)
            guard state.beginsFetch(at: now) else { continue }
            fetches.append(second)
            state.land(.success(.number(1_000 + Int(second))), at: now)
        }
        return fetches
    }

    @Test func asksASourceThatAlwaysHasANewSetAtGrowingDistances() {
        #expect(refuseEverySet(for: 0..<1_300) == [0, 5, 15, 35, 75, 155, 315, 615, 915, 1_215])
    }

    @Test func saysThatAWSRefusesTheNewSetToo() {
        #expect(state.answer(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(state.beginsFetch(at: .noon))
        state.land(.success(.number(2)), at: .noon)
        #expect(state.answer(.replacement(for: .number(2)), at: .noon + 4) == .refuse(.refusedAgain))
        #expect(state.answer(.current, at: .noon + 4) == .use(.number(2)))
        #expect(state.answer(.replacement(for: .number(1)), at: .noon + 4) == .use(.number(2)))
    }

    @Test func forgetsRefusalsAfterFiveMinutesWithoutAny() {
        #expect(refuseEverySet(for: 0..<70) == [0, 5, 15, 35])
        #expect(refuseEverySet(for: 370..<400) == [370, 375, 385])
    }

    @Test func letsNobodyWaitOnceItIsClosed() {
        state.close()
        #expect(state.answer(.replacement(for: .number(1)), at: .noon) == .refuse(.stopped))
        #expect(state.answer(.current, at: .noon) == .use(.number(1)))
        #expect(!state.beginsFetch(at: .noon))
    }
}
