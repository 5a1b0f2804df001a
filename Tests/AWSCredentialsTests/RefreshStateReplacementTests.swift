import AWSCredentials
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

    @Test func breaksALullForThoseWhoWereRefusedAfterAMoment() {
        #expect(state.answer(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(state.beginsFetch(at: .noon))
        state.land(.failure(.unknownProfile("p")), at: .noon)
        #expect(state.answer(.replacement(for: .number(1)), at: .noon + 5) == .wait)
        #expect(state.beginsFetch(at: .noon + 5))
        state.land(.success(.number(2)), at: .noon + 5)
        #expect(state.answer(.replacement(for: .number(1)), at: .noon + 5) == .use(.number(2)))
    }

    @Test func letsNobodyWaitOnceItIsClosed() {
        state.close()
        #expect(state.answer(.replacement(for: .number(1)), at: .noon) == .refuse(.stopped))
        #expect(state.answer(.current, at: .noon) == .use(.number(1)))
        #expect(!state.beginsFetch(at: .noon))
    }
}
