import AWSCredentials
import Formats
import SigV4
import TestSupport
import Testing

/// Two hours with a look-up each second, and a source that fails in the refresh window of every set.
@Suite struct FailingSourceTests {
    /// How often a refresher looks whether a refresh is due, in seconds.
    private static let tick: Int64 = 10

    /// What a run saw.
    private struct Outcome {
        var rotations = 0
        var failures = 0
        /// Look-ups that were signed with an expired set, or not signed, although the source had been reachable for a
        /// minute.
        var lost: [Int64] = []
    }

    @Test(
        arguments: [
            // The lifetime of each set, and the window before its expiration in which it is refreshed.
            (900, 300), (3_600, 900), (5_400, 3_600),
        ] as [(Int64, Int64)], [CredentialsOrigin.stable, .plain])
    func signsNothingWithExpiredKeysWhereTheSourceHadAMinute(
        set: (lifetime: Int64, window: Int64), origin: CredentialsOrigin
    ) {
        for seed in 0..<6 as Range<UInt64> {
            let outcome = run(set, origin, seed)
            #expect(outcome.lost.isEmpty, "seed \(seed), \(set), seconds \(outcome.lost.prefix(5))")
            // The window of the last set may come after the two hours.
            #expect(outcome.failures >= outcome.rotations - 1)
            #expect(outcome.rotations >= 7_200 / set.lifetime)
        }
    }

    private func run(_ set: (lifetime: Int64, window: Int64), _ origin: CredentialsOrigin, _ seed: UInt64) -> Outcome {
        var random = SplitMix64(seed: seed)
        let phase = Int64(random.below(Int(Self.tick)))
        let state = BoxedRefreshState(origin: origin)
        var outcome = Outcome()
        var outage: Range<Int64> = -1 ..< -1
        for second in 0..<7_200 as Range<Int64> {
            let now = Timestamp.noon + second
            let isReachable = !outage.contains(second)
            func fetch() {
                guard state.beginsFetch(at: now) else { return }
                if isReachable {
                    outcome.rotations += 1
                    state.finish(.success(.number(outcome.rotations, until: now + set.lifetime)), at: now)
                    let start = second + set.lifetime - set.window - Int64(random.below(30))
                    outage = start..<(start + 60 + Int64(random.below(Int(set.window + 180))))
                } else {
                    outcome.failures += 1
                    let cooldown = FailureCooldown(
                        beforeExpiration: 300_000 + Int64(random.below(300_001)),
                        afterExpiration: 20_000 + Int64(random.below(20_001)))
                    state.finish(.failure(.endpointFailed("STS", .status(503))), at: now, cooldown: cooldown)
                }
            }
            if second % Self.tick == phase { fetch() }
            var decision = state.decide(.current, at: now)
            if decision == .wait {
                fetch()
                decision = state.decide(.current, at: now)
            }
            let hadAMinute = second < outage.lowerBound || second >= outage.upperBound + 60
            if hadAMinute, !decision.signs(at: now) { outcome.lost.append(second) }
        }
        return outcome
    }
}

extension RefreshState.Decision {
    /// Whether it is a set that has not expired.
    fileprivate func signs(at now: Timestamp) -> Bool {
        guard case .use(let credentials) = self, let expiration = credentials.expiration else { return false }
        return now < expiration
    }
}
