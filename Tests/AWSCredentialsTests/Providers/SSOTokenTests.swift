import AWSCredentials
import Formats
import Testing

@Suite struct SSOTokenTests {
    private func token(
        _ name: String = "filed", until end: Timestamp, isRefreshable: Bool = true, registration: Timestamp? = nil
    ) -> SSOToken {
        let refreshGrant = SSOToken.RefreshGrant(
            refreshToken: "r", clientID: "i", clientSecret: "s", registrationExpiration: registration)
        return SSOToken(accessToken: name, expiration: end, refreshGrant: isRefreshable ? refreshGrant : nil)
    }

    private let hour = Timestamp.noon + 3_600

    @Test func refreshesInTheLastQuarterOfAnHour() {
        let token = token(until: hour)
        for (second, step) in [(2_699, .use(token)), (2_700, .refresh(token))] as [(Int64, SSOTokenState.Step)] {
            var state = SSOTokenState()
            #expect(state.step(with: token, at: .noon + second) == step)
        }
    }

    @Test func triesAgainAfterAMinuteAndUsesTheOldOneMeanwhile() {
        var state = SSOTokenState()
        let token = token(until: hour)
        let start = hour + -120
        #expect(state.step(with: token, at: start) == .refresh(token))
        #expect(state.step(with: token, at: start + 59) == .use(token))
        #expect(state.step(with: token, at: start + 60) == .refresh(token))
        #expect(state.step(with: token, at: start + 119) == .use(token))
        #expect(state.step(with: token, at: start + 120) == .refresh(token))
        #expect(state.step(with: token, at: start + 121) == .refresh(token))
    }

    @Test func refreshesOneThatHasExpired() {
        var state = SSOTokenState()
        let token = token(until: hour)
        #expect(state.step(with: token, at: hour + 100_000) == .refresh(token))
    }

    @Test func asksForASignInWhereNothingCanRefreshTheToken() {
        var state = SSOTokenState()
        let plain = token(until: hour, isRefreshable: false)
        #expect(state.step(with: plain, at: hour + -1) == .use(plain))
        #expect(state.step(with: plain, at: hour) == .signIn)
        let unregistered = token(until: hour, registration: hour + -600)
        #expect(state.step(with: unregistered, at: hour + -601) == .refresh(unregistered))
        state = SSOTokenState()
        #expect(state.step(with: unregistered, at: hour + -600) == .use(unregistered))
        #expect(state.step(with: unregistered, at: hour) == .signIn)
    }

    @Test func usesTheTokenThatExpiresLast() {
        var state = SSOTokenState()
        let refreshed = token("refreshed", until: hour + 7_200)
        state.keep(refreshed)
        #expect(state.step(with: token(until: hour), at: .noon) == .use(refreshed))
        let latest = token("latest", until: hour + 8_000)
        #expect(state.step(with: latest, at: .noon) == .use(latest))
    }
}
