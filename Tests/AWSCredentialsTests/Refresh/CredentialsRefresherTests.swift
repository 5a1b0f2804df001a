import AWSCredentials
import Formats
import SigV4
import Synchronization
import TestSupport
import Testing
import UpstreamTestSupport

@Suite(.timeLimit(.minutes(1))) struct CredentialsRefresherTests {
    private let clock = ManualClock(wallTime: .noon)
    private let events = EventLog()

    private func refresher(
        _ provider: some CredentialsProvider, tick: Duration = .seconds(3_600)
    ) -> CredentialsRefresher {
        CredentialsRefresher(
            provider: provider, now: { [clock] in clock.wallTime }, tick: tick,
            report: { [events] in events.append($0) })
    }

    /// Runs the refresher until `body` has ended.
    private func running(_ refresher: CredentialsRefresher, _ body: () async throws -> Void) async throws {
        let run = Task { await refresher.run() }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        run.cancel()
        await run.value
        try result.get()
    }

    @Test func fetchesBeforeTheFirstCaller() async throws {
        try await running(refresher(CountingProvider())) {
            #expect(await events.next() == .refreshed(expiration: nil, from: .stable))
        }
    }

    @Test func beginsWithTheSetThatIsKnownWithoutAFetch() async throws {
        let provider = CountingProvider()
        let end = Timestamp.noon + 3_600
        let refresher = CredentialsRefresher(
            provider: provider, holding: (.number(9, until: end), .plain), now: { [clock] in clock.wallTime },
            tick: .milliseconds(1), report: { [events] in events.append($0) })
        #expect(try await refresher.current(at: .noon) == .number(9, until: end))
        try await running(refresher) {
            #expect(await events.next() == .refreshed(expiration: end, from: .plain))
            let held = try await refresher.current(at: .noon)
            #expect(held == .number(9, until: end))
            #expect(provider.seen.fetches == 0)
            clock.advance(by: .seconds(3_300))
            #expect(await events.next() == .refreshed(expiration: nil, from: .stable))
        }
    }

    /// Nothing fetches here.
    @Test func waitsForAFetchUntilTheDeadlineAndServesTheHeldSetBefore() async throws {
        let end = Timestamp.noon + 3_600
        let refresher = CredentialsRefresher(
            provider: CountingProvider(), holding: (.number(9, until: end), .plain), now: { [clock] in clock.wallTime },
            report: { _ in })
        #expect(try await refresher.current(by: .now) == .number(9, until: end))
        clock.advance(by: .seconds(3_570))
        let late = CredentialsUnavailable(reason: "\(CredentialsError.timedOut)")
        for deadline in [ContinuousClock.now, .now + .milliseconds(10)] {
            #expect(try await refresher.current(by: deadline) == .number(9, until: end))
            await #expect(throws: late) {
                try await refresher.replacement(for: .number(9, until: end), by: deadline)
            }
            #expect(ContinuousClock.now >= deadline)
        }
        let deadline = ContinuousClock.now + .seconds(3)
        #expect(try await refresher.current(by: deadline) == .number(9, until: end))
        #expect(ContinuousClock.now < deadline)
        clock.advance(by: .seconds(30))
        await #expect(throws: late) { try await refresher.current(by: .now + .milliseconds(10)) }
        await #expect(throws: late) { try await self.refresher(CountingProvider()).current(by: .now) }
    }

    @Test func sharesOneFetchAmongTheFirstCallers() async throws {
        let provider = CountingProvider()
        let refresher = refresher(provider)
        let callers = (0..<8).map { _ in Task { try await refresher.current(at: .noon) } }
        try await running(refresher) {
            for caller in callers {
                let credentials = try await caller.value
                #expect(credentials == .number(1))
            }
        }
        #expect(provider.seen == .init(fetches: 1, running: 0, mostAtOnce: 1))
    }

    @Test func fetchesEarlyByItself() async throws {
        let refresher = refresher(CountingProvider(lifetime: 3_600), tick: .milliseconds(1))
        try await running(refresher) {
            #expect(await events.next() == .refreshed(expiration: .noon + 3_600, from: .stable))
            clock.advance(by: .seconds(3_300))
            #expect(await events.next() == .refreshed(expiration: .noon + 6_900, from: .stable))
            let credentials = try await refresher.current(at: clock.wallTime)
            #expect(credentials == .number(2, until: .noon + 6_900))
        }
    }

    @Test func keepsTheOldSetWhereTheNewOneIsMalformed() async throws {
        struct Fading: CredentialsProvider {
            let name = "fading"
            let first = Credentials.number(1, until: .noon + 60)

            func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
                .found(now == .noon ? first : Credentials(accessKeyID: "A", secretAccessKey: "not\n"), from: .plain)
            }
        }
        let refresher = refresher(Fading())
        try await running(refresher) {
            let first = try await refresher.current(at: .noon)
            clock.advance(by: .seconds(59))
            #expect(try await refresher.current(at: clock.wallTime) == first)
            #expect(await events.next() == .refreshed(expiration: .noon + 60, from: .plain))
            #expect(
                await events.next()
                    == .kept(expiration: .noon + 60, because: .malformedCredentials(.secretAccessKey)))
        }
    }

    /// The machine's clock is two hours ahead of AWS's, by which the set lives for an hour.
    @Test(arguments: [true, false])
    func asksForTheTimeOnceWhereASetSeemsToHaveExpired(answers: Bool) async throws {
        let awsClock = AWSClock(wallTime: { [clock] in clock.wallTime }, instant: { [clock] in clock.now })
        let questions = Mutex(0)
        let end = Timestamp.noon + -3_600
        let set = Credentials.number(1, until: end)
        let refresher = CredentialsRefresher(
            provider: FixedProvider(result: .success(.found(set, from: .plain))), now: { awsClock.now },
            tick: .seconds(3_600),
            askTime: {
                questions.withLock { $0 += 1 }
                if answers { awsClock.learn(.noon + -7_200) }
            }, report: { [events] in events.append($0) })
        try await running(refresher) {
            #expect(
                await events.next() == (answers ? .refreshed(expiration: end, from: .plain) : .failed(.expired(end))))
        }
        #expect(questions.withLock(\.self) == 1)
    }

    @Test func replacesARejectedSetOnce() async throws {
        let provider = CountingProvider()
        let refresher = refresher(provider)
        try await running(refresher) {
            let refused = try await refresher.current(at: .noon)
            #expect(try await refresher.replacement(for: refused, at: .noon) == .number(2))
            #expect(try await refresher.replacement(for: refused, at: .noon) == .number(2))
        }
        #expect(provider.seen.fetches == 2)
    }

    @Test func saysWhichSourcesWereAskedWhereNoneIsConfigured() async throws {
        let chain = CredentialsChain(environment: [:], files: FileReader())
        guard case .notConfigured(let reason) = try await chain.credentials(at: .noon) else { return }
        let refresher = refresher(chain)
        try await running(refresher) {
            await #expect(throws: CredentialsError.notConfigured(reason: reason)) {
                try await refresher.current(at: .noon)
            }
        }
    }

    @Test func goesOnWithTheFetchWhenACallerIsCancelled() async throws {
        let gate = AsyncStream.makeStream(of: Void.self)
        let refresher = refresher(
            CountingProvider(gate: { _ in for await _ in gate.stream { return } }))
        try await running(refresher) {
            let leaving = Task { try await refresher.current(at: .noon) }
            let staying = Task { try await refresher.current(at: .noon) }
            leaving.cancel()
            await #expect(throws: CredentialsError.cancelled) { try await leaving.value }
            gate.continuation.yield()
            let credentials = try await staying.value
            #expect(credentials == .number(1))
        }
    }

    @Test func servesWhatItHoldsAfterItHasStopped() async throws {
        let refresher = refresher(CountingProvider(lifetime: 60))
        try await running(refresher) { _ = try await refresher.current(at: .noon) }
        #expect(try await refresher.current(at: .noon + 70) == .number(1, until: .noon + 60))
        await #expect(throws: CredentialsError.stopped) {
            try await refresher.replacement(for: .number(1), at: .noon)
        }
    }

    @Test func endsTheWaitOfCallersWhenItStops() async throws {
        let refresher = refresher(
            CountingProvider(gate: { _ throws(CredentialsError) in
                for await _ in AsyncStream(Void.self, { _ in }) {}
                throw .cancelled
            }))
        let caller = Task { try await refresher.current(at: .noon) }
        try await running(refresher) {}
        await #expect(throws: CredentialsError.self) { try await caller.value }
    }
}
