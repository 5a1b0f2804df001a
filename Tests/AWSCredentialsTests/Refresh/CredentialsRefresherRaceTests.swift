import AWSCredentials
import Formats
import SigV4
import Synchronization
import Testing

/// For ThreadSanitizer as much as for the counts.
@Suite(.timeLimit(.minutes(5))) struct CredentialsRefresherRaceTests {
    private let provider = CountingProvider()
    /// So late that no cool-down from noon counts any more.
    private let later = Timestamp.noon + 600

    private func running(_ body: (CredentialsRefresher) async throws -> Void) async throws {
        let refresher = CredentialsRefresher(provider: provider, now: { .noon }, report: { _ in })
        let run = Task { await refresher.run() }
        try await body(refresher)
        run.cancel()
        await run.value
    }

    @Test func fetchesOnceForEightCallersRejectedTogether() async throws {
        try await running { refresher in
            var held = try await refresher.current(at: later)
            for round in 2...1_001 {
                let replacements = try await atOnce { [held] in
                    try await refresher.replacement(for: held, at: later)
                }
                #expect(replacements == Array(repeating: .number(round), count: 8))
                held = replacements[0]
            }
        }
        #expect(provider.seen == .init(fetches: 1_001, running: 0, mostAtOnce: 1))
    }

    @Test func neverFetchesTwiceAtOnceWhileEightCallersReplaceAsFastAsTheyCan() async throws {
        try await running { refresher in
            _ = try await atOnce {
                var held = try await refresher.current(at: later)
                for round in 0..<12_500 {
                    let next = try await refresher.replacement(for: held, at: later)
                    #expect(next != held)
                    held = round.isMultiple(of: 3) ? try await refresher.current(at: later) : next
                }
                return held
            }
        }
        #expect(provider.seen.mostAtOnce == 1)
        #expect(provider.seen.fetches > 12_500)
    }

    @Test func answersEveryCallerThatIsCancelledAtAnyMoment() async throws {
        let cancelled = Atomic(0)
        try await running { refresher in
            _ = try await atOnce {
                for _ in 0..<2_500 {
                    let held = try await refresher.current(at: later)
                    let caller = Task { try await refresher.replacement(for: held, at: later) }
                    caller.cancel()
                    if case .failure = await caller.result { cancelled.add(1, ordering: .relaxed) }
                }
                return .number(0)
            }
        }
        #expect(cancelled.load(ordering: .relaxed) > 0)
        #expect(provider.seen.mostAtOnce == 1)
    }

    /// The results of eight tasks that do the same.
    private func atOnce(
        _ body: @escaping @Sendable @concurrent () async throws -> Credentials
    ) async throws -> [Credentials] {
        try await withThrowingTaskGroup(of: Credentials.self) { group in
            for _ in 0..<8 { group.addTask { try await body() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
