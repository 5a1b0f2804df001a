import AWSCredentials
import Formats
import SigV4
import Testing

/// What happens to a set that AWS rejects.
@Suite struct RefreshStateReplacementTests {
    private let state = BoxedRefreshState()

    init() {
        _ = state.beginsFetch(at: .noon)
        state.finish(.success(.number(1)), at: .noon)
    }

    @Test func fetchesOnceForAllRejectedCallers() {
        #expect(state.decide(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(state.decide(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(state.beginsFetch(at: .noon))
        #expect(state.decide(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(!state.beginsFetch(at: .noon))
        #expect(state.finish(.success(.number(2)), at: .noon) == .refreshed(expiration: nil, from: .stable))
        #expect(state.decide(.replacement(for: .number(1)), at: .noon) == .use(.number(2)))
        #expect(!state.beginsFetch(at: .noon))
    }

    @Test func servesTheRejectedSetToOthersMeanwhile() {
        #expect(state.decide(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(state.decide(.current, at: .noon) == .use(.number(1)))
    }

    @Test func saysThatTheSourceStillYieldsTheSameSet() {
        #expect(state.decide(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(state.beginsFetch(at: .noon))
        let again = Credentials.number(1, until: .noon + 3_600)
        let event = state.finish(.success(again), at: .noon)
        #expect(event == .kept(expiration: .noon + 3_600, because: .unchanged))
        #expect(state.decide(.replacement(for: .number(1)), at: .noon + 4) == .fail(.unchanged))
        #expect(!state.beginsFetch(at: .noon + 4))
        #expect(state.decide(.current, at: .noon + 4) == .use(again))
        #expect(state.decide(.replacement(for: .number(1)), at: .noon + 5) == .wait)
        #expect(state.beginsFetch(at: .noon + 5))
    }

    @Test func throwsAFailedFetchOnlyToRejectedCallers() {
        #expect(state.decide(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(state.beginsFetch(at: .noon))
        let event = state.finish(.failure(.unknownProfile("p")), at: .noon)
        #expect(event == .kept(expiration: nil, because: .unknownProfile("p")))
        #expect(state.decide(.replacement(for: .number(1)), at: .noon) == .fail(.unknownProfile("p")))
        #expect(state.decide(.current, at: .noon) == .use(.number(1)))
    }

    @Test func endsACooldownForRejectedCallersAfterAMoment() {
        #expect(state.decide(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(state.beginsFetch(at: .noon))
        state.finish(.failure(.unknownProfile("p")), at: .noon)
        #expect(state.decide(.replacement(for: .number(1)), at: .noon + 5) == .wait)
        #expect(state.beginsFetch(at: .noon + 5))
        state.finish(.success(.number(2)), at: .noon + 5)
        #expect(state.decide(.replacement(for: .number(1)), at: .noon + 5) == .use(.number(2)))
    }

    /// Looks up once a second for `seconds`, and AWS rejects every set; each fetch brings another one. Returns the
    /// seconds of the fetches.
    private func rejectEverySet(for seconds: Range<Int64>) -> [Int64] {
        var fetches: [Int64] = []
        for second in seconds {
            let now = Timestamp.noon + second
            guard case .use(let current) = state.decide(.current, at: now) else {
                Issue.record("no set at second \(second)")
                return fetches
            }
            _ = state.decide(.replacement(for: current), at: now)
            guard state.beginsFetch(at: now) else { continue }
            fetches.append(second)
            state.finish(.success(.number(1_000 + Int(second))), at: now)
        }
        return fetches
    }

    @Test func asksASourceThatAlwaysHasANewSetAtGrowingIntervals() {
        #expect(rejectEverySet(for: 0..<1_300) == [0, 5, 15, 35, 75, 155, 315, 615, 915, 1_215])
    }

    @Test func saysThatAWSRejectsTheNewSetToo() {
        #expect(state.decide(.replacement(for: .number(1)), at: .noon) == .wait)
        #expect(state.beginsFetch(at: .noon))
        state.finish(.success(.number(2)), at: .noon)
        #expect(state.decide(.replacement(for: .number(2)), at: .noon + 4) == .fail(.replacementRejected))
        #expect(state.decide(.current, at: .noon + 4) == .use(.number(2)))
        #expect(state.decide(.replacement(for: .number(1)), at: .noon + 4) == .use(.number(2)))
    }

    @Test func forgetsRejectionsAfterFiveMinutesWithoutAny() {
        #expect(rejectEverySet(for: 0..<70) == [0, 5, 15, 35])
        #expect(rejectEverySet(for: 370..<400) == [370, 375, 385])
    }

    @Test func letsNoCallerWaitOnceItIsClosed() {
        state.close()
        #expect(state.decide(.replacement(for: .number(1)), at: .noon) == .fail(.stopped))
        #expect(state.decide(.current, at: .noon) == .use(.number(1)))
        #expect(!state.beginsFetch(at: .noon))
    }
}
