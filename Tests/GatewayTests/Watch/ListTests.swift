import Caching
import HTTPExchange
import HTTPTypes
import RateLimiting
import Synchronization
import TestSupport
import Testing
import Transcribe

@testable import Gateway

/// Jobs that are watched while the list of running jobs shows them, or does not.
@Suite struct ListTests {
    /// Begins to wait for so many running jobs, named `a0` and so on.
    private func watch(_ count: Int, _ bench: TestBench) async -> [BegunRequest] {
        for number in 0..<count { bench.source.put("a\(number)", .running("a\(number)")) }
        let begun = (0..<count).map { bench.begin("/jobs/a\($0)?wait=600") }
        #expect(await eventually { bench.gateway.watches.count == count })
        return begun
    }

    /// Lets time pass in steps, each of which is over when no page and no job is being asked for.
    private func pass(
        _ duration: Duration, _ bench: TestBench, until isDone: @Sendable () -> Bool = { false }
    ) async {
        let end = bench.clock.now + duration
        while bench.clock.now < end, !isDone() {
            bench.clock.advance(by: .milliseconds(100))
            var quietLooks = 0
            _ = await eventually {
                quietLooks = bench.isQuiet ? quietLooks + 1 : 0
                return quietLooks > 100
            }
        }
    }

    private func bench(_ adjust: @escaping (inout GatewayOptions) -> Void = { _ in }) -> TestBench {
        TestBench { options in
            options.watch.longestWait = .seconds(600)
            adjust(&options)
        }
    }

    @Test func followsJobsByTheList() async throws {
        try await bench().run { bench in
            let begun = await watch(5, bench)
            bench.lists.show((0..<5).map { "a\($0)" })
            await pass(.seconds(30), bench)
            #expect(bench.source.calls == 5, "each job is looked up once")
            #expect((5...7).contains(bench.lists.calls), "\(bench.lists.calls)")
            let hit = await bench.get("/jobs/a0")
            #expect(hit.field("Cache-Status")?.contains("hit") == true)
            let age = try #require(hit.field("Age"))
            #expect(["0", "1", "2", "3", "4", "5"].contains(age))
            #expect(begun.allSatisfy { $0.reply == nil })
        }
    }

    @Test func looksUpAtOnceWhatHasGoneFromTheList() async throws {
        try await bench().run { bench in
            let begun = await watch(5, bench)
            bench.lists.show((0..<5).map { "a\($0)" })
            await pass(.seconds(20), bench)
            bench.source.put("a3", .finished("a3"))
            bench.lists.show([0, 1, 2, 4].map { "a\($0)" })
            let lists = bench.lists.calls
            await pass(.seconds(6), bench) { bench.lists.calls > lists }
            await pass(.milliseconds(100), bench)
            #expect(begun[3].reply?.text.contains(#""done":true"#) == true)
            #expect(bench.source.calls == 6)
        }
    }

    @Test func looksEachJobUpWhenTheTrustEnds() async throws {
        try await bench { $0.list.trust = .seconds(12) }.run { bench in
            let begun = await watch(5, bench)
            bench.lists.show((0..<5).map { "a\($0)" })
            await pass(.seconds(10), bench)
            for number in 0..<5 { bench.source.put("a\(number)", .finished("a\(number)")) }
            #expect(bench.source.calls == 5)
            await pass(.seconds(3), bench)
            #expect(bench.source.calls == 10 && begun.allSatisfy { $0.reply != nil })
        }
    }

    /// Clients that come when they are told to, without watching: each job is looked up until it is seen that they come again.
    @Test func followsPolledJobs() async throws {
        try await bench().run { bench in
            let names = (0..<5).map { "a\($0)" }
            for name in names { bench.source.put(name, .running(name)) }
            bench.lists.show(names)
            var oldest = 0
            for _ in 0..<6 {
                for name in names {
                    let reply = await bench.get("/jobs/\(name)")
                    oldest = max(oldest, Int(reply.field("Age") ?? "") ?? .max)
                }
                await pass(.milliseconds(5_500), bench)
            }
            #expect(bench.source.calls == 10 && (4...5).contains(bench.lists.calls), "\(bench.lists.calls)")
            #expect(oldest <= 5)
            let calls = bench.source.calls + bench.lists.calls
            await pass(.seconds(60), bench)
            #expect(bench.source.calls + bench.lists.calls <= calls + 1, "nothing is asked for without clients")
        }
    }

    @Test func looksUpAPolledJobThatHasGoneFromTheList() async throws {
        try await bench().run { bench in
            let names = (0..<5).map { "a\($0)" }
            for name in names { bench.source.put(name, .running(name)) }
            bench.lists.show(names)
            for _ in 0..<4 {
                for name in names { _ = await bench.get("/jobs/\(name)") }
                await pass(.milliseconds(5_500), bench)
            }
            for name in names { _ = await bench.get("/jobs/\(name)") }
            bench.source.put("a3", .finished("a3"))
            bench.lists.show(names.filter { $0 != "a3" })
            let (lists, lookUps) = (bench.lists.calls, bench.source.calls)
            await pass(.seconds(6), bench) { bench.lists.calls > lists }
            await pass(.milliseconds(100), bench)
            #expect(bench.source.calls == lookUps + 1 && bench.gateway.fetcher.fetchesInFlight == 0)
            let reply = await bench.get("/jobs/a3")
            #expect(reply.text.contains(#""done":true"#) && bench.source.calls == lookUps + 1)
        }
    }

    /// A client that demands a younger answer than others have gets a look-up, not what a list has confirmed.
    @Test(arguments: ["no-cache", "max-age=3"])
    func answersADemandByALookUp(directive: String) async throws {
        try await bench().run { bench in
            let begun = await watch(5, bench)
            bench.lists.show((0..<5).map { "a\($0)" })
            await pass(.seconds(5), bench)
            #expect(bench.lists.calls == 1 && bench.source.calls == 5 && begun.count == 5)
            let reply = await bench.get("/jobs/a0", [(.cacheControl, directive)])
            #expect(reply.field("Age") == "0" && bench.source.calls(for: "a0") == 2)
        }
    }

    /// A look-up that hangs keeps the list from nothing else, and causes none of its own.
    @Test func isNotAskedForBecauseOfALookUpThatHangs() async throws {
        try await bench { $0.timeout = .seconds(600) }.run { bench in
            let begun = await watch(5, bench)
            bench.lists.show((0..<5).map { "a\($0)" })
            await pass(.seconds(3), bench)
            for number in 0..<5 { bench.source.hold("a\(number)") }
            for number in 0..<5 { _ = bench.begin("/jobs/a\(number)", [(.cacheControl, "no-cache")]) }
            await pass(.seconds(30), bench)
            #expect(bench.lists.calls <= 7 && begun.count == 5, "\(bench.lists.calls)")
            for number in 0..<5 { bench.source.release("a\(number)") }
            await pass(.milliseconds(100), bench)
        }
    }

    @Test func isNoUseBelowItsLeastNumber() async throws {
        try await bench().run { bench in
            let begun = await watch(2, bench)
            bench.lists.show(["a0", "a1"])
            await pass(.seconds(11), bench)
            #expect(bench.lists.calls == 0 && bench.source.calls == 6 && begun.count == 2)
        }
    }

    /// With a list that is denied the jobs are looked up as without one, and it is asked for once.
    @Test(arguments: [
        TranscribeError.accessDenied(ResponseOrigin(status: 400)),
        .throttled(ResponseOrigin(status: 400), retryAfter: nil), .timedOut,
    ])
    func looksUpAsUsualWithoutAList(error: TranscribeError) async throws {
        try await bench().run { bench in
            bench.lists.fail(error)
            let begun = await watch(5, bench)
            await pass(.seconds(21), bench)
            #expect(bench.source.calls == 25 && begun.count == 5)
            let isDenied = if case .accessDenied = error { true } else { false }
            #expect(isDenied ? bench.lists.calls == 1 : bench.lists.calls <= 3)
        }
    }

    @Test func looksUpAsUsualWhatTheListNeverShows() async throws {
        try await bench().run { bench in
            let begun = await watch(5, bench)
            bench.lists.show(["another"])
            await pass(.seconds(21), bench)
            #expect(bench.source.calls == 25 && bench.lists.calls == 1 && begun.count == 5)
        }
    }

    @Test func isNotDelayedByASlowList() async throws {
        try await bench().run { bench in
            bench.lists.closeGate()
            let begun = await watch(5, bench)
            bench.lists.show((0..<5).map { "a\($0)" })
            await pass(.seconds(6), bench)
            #expect(bench.source.calls == 10 && begun.count == 5)
            bench.lists.openGate()
            await pass(.milliseconds(100), bench)
            let reply = await bench.get("/jobs/a0")
            #expect(reply.field("Age") == "1", "the look-up knows better than the list that began before it")
        }
    }

    /// What is purged while the list is being read is looked up, and nothing of it is fresh because of the list.
    @Test func losesToAPurge() async throws {
        try await bench().run { bench in
            let begun = await watch(5, bench)
            bench.lists.show((0..<5).map { "a\($0)" })
            await pass(.seconds(2), bench)
            bench.lists.closeGate()
            await pass(.milliseconds(2_600), bench)
            #expect(bench.lists.calls == 1 && bench.source.calls == 5)
            bench.source.closeGate()
            bench.gateway.purge(try JobName("a0"))
            bench.lists.openGate()
            await pass(.milliseconds(200), bench)
            #expect(bench.gateway.cache.value(for: try JobName("a0"), at: Moment(bench.clock.now)) == nil)
            #expect(bench.gateway.cache.value(for: try JobName("a1"), at: Moment(bench.clock.now)) != nil)
            bench.source.openGate()
            await pass(.milliseconds(200), bench)
            #expect(bench.source.calls(for: "a0") == 2 && begun.count == 5)
        }
    }

    /// The answer to a look-up that was asked for before the list may be newer, and is not lost.
    @Test func doesNotOverruleALookUpUnderWay() async throws {
        try await bench().run { bench in
            let begun = await watch(5, bench)
            bench.lists.show((0..<5).map { "a\($0)" })
            await pass(.seconds(4), bench)
            bench.source.hold("a0")
            let demand = bench.begin("/jobs/a0", [(.cacheControl, "no-cache")])
            await pass(.milliseconds(800), bench) { bench.lists.calls == 1 }
            #expect(bench.lists.calls == 1 && bench.source.held == 1)
            await pass(.milliseconds(100), bench)
            bench.source.put("a0", .finished("a0"))
            bench.source.release("a0")
            await pass(.milliseconds(300), bench) { begun[0].reply != nil }
            #expect(begun[0].reply?.text.contains(#""done":true"#) == true)
            #expect(demand.reply?.text.contains(#""done":true"#) == true)
        }
    }

    /// Where AWS seems to have withdrawn the right to see jobs, a list says nothing of that right.
    @Test func makesNothingFreshWhereLookUpsAreDenied() async throws {
        try await bench().run { bench in
            let begun = await watch(5, bench)
            bench.lists.show((0..<5).map { "a\($0)" })
            await pass(.seconds(3), bench)
            for name in ["b0", "b1", "b2"] {
                bench.source.fail(name, .accessDenied(ResponseOrigin(status: 400)))
                #expect(await bench.get("/jobs/\(name)").status == .badGateway)
            }
            await pass(.milliseconds(2_500), bench)
            #expect(bench.lists.calls == 1 && begun.count == 5)
            for number in 0..<5 { #expect(bench.source.calls(for: "a\(number)") == 2) }
        }
    }

    @Test func followsManyJobsInPages() async throws {
        try await bench {
            $0.admission.rate = nil; $0.list.rate = nil; $0.watch.perClient = 1_000; $0.clientLimit = nil
        }.run { bench in
            let begun = await watch(201, bench)
            bench.lists.show((0..<201).map { "a\($0)" })
            await pass(.seconds(14), bench)
            #expect(bench.source.calls == 201 && begun.count == 201)
            #expect(bench.lists.calls % 3 == 0 && (6...12).contains(bench.lists.calls), "\(bench.lists.calls)")
        }
    }
}

extension TestBench {
    /// Whether only what the test holds is under way.
    fileprivate var isQuiet: Bool {
        hasDoneWhatIsDue && lists.isQuiet && gateway.fetcher.fetchesInFlight == source.held
    }
}

/// The list of running jobs, as a test has it: pages of 100.
final class FakeLists: JobListSource {
    private struct State {
        var names: [String] = []
        var error: TranscribeError?
        var calls = 0
        var underWay = 0
        var gate: [CheckedContinuation<Void, Never>]?
    }

    private let state = Mutex(State())

    var calls: Int { state.withLock(\.calls) }

    /// Whether each page has come, but those that are held.
    var isQuiet: Bool { state.withLock { $0.underWay == $0.gate?.count ?? 0 } }

    /// Pages that are held.
    var held: Int { state.withLock { $0.gate?.count ?? 0 } }

    /// The jobs that it shows from now on, the newest first; as ``Job/running(_:)`` has them.
    func show(_ names: [String]) { state.withLock { $0.names = names } }

    func fail(_ error: TranscribeError) { state.withLock { $0.error = error } }

    /// Holds the pages from here on.
    func closeGate() { state.withLock { $0.gate = [] } }

    func openGate() {
        for call in state.withLock({ $0.gate.take() }) ?? [] { call.resume() }
    }

    func runningJobs(
        after token: PageToken?, isWanted: @escaping @Sendable (JobName) -> Bool, deadline: ContinuousClock.Instant,
        mayRetry: () -> Bool, attemptBegan: () -> Void, attemptFailed: (TranscribeError) -> Void,
        admitRetry: () async -> Bool
    ) async throws(TranscribeError) -> JobPage {
        state.withLock { state in
            state.calls += 1
            state.underWay += 1
        }
        defer { state.withLock { $0.underWay -= 1 } }
        attemptBegan()
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            if state.withLock({ $0.gate?.append(continuation) }) == nil { continuation.resume() }
        }
        let (names, error) = state.withLock { ($0.names, $0.error) }
        if let error {
            attemptFailed(error)
            throw error
        }
        let start = token.flatMap { token in (0..<100).first { PageToken("\($0)") == token } } ?? 0
        var summaries: [JobName: JobPage.Summary] = [:]
        for text in names.dropFirst(start * 100).prefix(100) {
            guard let name = try? JobName(text), isWanted(name) else { continue }
            summaries[name] = JobPage.Summary(status: .inProgress, startedAt: Job.running(text).startedAt)
        }
        let hasMore = names.count > (start + 1) * 100
        return JobPage(summaries: summaries, reach: nil, next: hasMore ? PageToken("\(start + 1)") : nil)
    }
}
