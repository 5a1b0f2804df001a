import HTTPExchange
import HTTPTypes
import Synchronization
import TestSupport
import Testing
import Transcribe

@testable import Gateway

/// A batch waits for its jobs up to one deadline. What is not there then does not hold up the rest.
@Suite struct BatchDeadlineTests {
    private enum DeferredError: Error { case repliesAtOnce }

    /// Takes the reply to a batch.
    private final class Waiting: PendingReply {
        private let state = Mutex<(reply: Reply?, isSent: Bool)>((nil, false))

        var reply: Reply? { state.withLock { $0.isSent ? $0.reply : nil } }

        var isAnswered: Bool { state.withLock { $0.reply != nil } }

        func prepare(with reply: () -> Reply) -> Bool {
            guard state.withLock({ $0.reply == nil }) else { return false }
            let reply = reply()
            state.withLock { $0.reply = reply }
            return true
        }

        func send() { state.withLock { $0.isSent = true } }
        func waitForChange(until deadline: ContinuousClock.Instant) {}
    }

    private func begin(_ bench: TestBench, _ target: String) throws -> (deferred: DeferredReply, waiting: Waiting) {
        guard case .later(let deferred) = bench.answer(target) else { throw DeferredError.repliesAtOnce }
        let waiting = Waiting()
        deferred.start(waiting)
        return (deferred, waiting)
    }

    /// The status of each job, or the code of its problem.
    private func words(of reply: Reply) -> [String] {
        reply.text.matches(of: /"(?:status|code)":"([A-Za-z_-]+)"/).map { String($0.1) }
    }

    /// A gateway that saw `old` a minute ago and waits for it again, and for `slow`, which it has never seen.
    private func whileTwoAreMissing(
        _ body: (TestBench, DeferredReply, Waiting) async throws -> Void
    ) async throws {
        try await TestBench().run { bench in
            bench.source.put("old", .running("old"))
            bench.source.put("quick", .finished("quick"))
            _ = await bench.get("/jobs/old")
            bench.clock.advance(by: .seconds(60))
            for name in ["old", "slow"] { bench.source.hold(name) }
            defer { for name in ["old", "slow"] { bench.source.release(name) } }
            let (deferred, waiting) = try begin(bench, "/jobs?name=slow,quick,old")
            #expect(await eventually { bench.source.held == 2 && bench.gateway.fetcher.waiting == 2 })
            #expect(waiting.reply == nil)
            try await body(bench, deferred, waiting)
        }
    }

    @Test func atTheDeadlineAStoredJobIsServedAndOthersAreProblems() async throws {
        try await whileTwoAreMissing { bench, deferred, _ in
            #expect(deferred.deadline == bench.clock.now + .milliseconds(5_250))
            bench.clock.advance(by: .milliseconds(5_250))
            let reply = deferred.expired(.deadlinePassed)
            #expect(reply.status == .ok)
            #expect(words(of: reply) == ["upstream-timeout", "COMPLETED", "IN_PROGRESS"])
            #expect(reply.text.contains(#"{"name":"slow","problem":{"type":"/problems/upstream-timeout""#))
            // What is purged meanwhile is not served.
            bench.gateway.purge(try JobName("old"))
            #expect(
                words(of: deferred.expired(.deadlinePassed)) == ["upstream-timeout", "COMPLETED", "upstream-timeout"])
        }
    }

    @Test func aStopIsAProblemOfTheJobsThatAreNotThere() async throws {
        try await whileTwoAreMissing { _, deferred, _ in
            let reply = deferred.expired(.serverStopping)
            #expect(reply.status == .ok)
            #expect(words(of: reply) == ["stopping", "COMPLETED", "stopping"])
        }
    }

    @Test func aClientThatLeavesGetsNoJobs() async throws {
        try await whileTwoAreMissing { _, deferred, _ in
            let reply = deferred.expired(.clientLeft)
            #expect(reply.status == .gatewayTimeout)
            #expect(words(of: reply) == ["upstream-timeout"])
        }
    }

    @Test func theLastFetchThatEndsSendsTheReply() async throws {
        try await whileTwoAreMissing { bench, _, waiting in
            bench.source.release("old")
            #expect(await eventually { bench.gateway.fetcher.waiting == 1 })
            #expect(waiting.reply == nil)
            bench.source.release("slow")
            #expect(await eventually { waiting.reply != nil })
            #expect(waiting.reply.map(words) == ["job-not-found", "COMPLETED", "IN_PROGRESS"])
        }
    }

    /// A gateway whose running job `a` was to be asked for again half a second ago, and is asked for since.
    private func duringARefresh(_ body: (TestBench) async throws -> Void) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: .milliseconds(5_500))
            for name in ["a", "b"] { bench.source.hold(name) }
            defer { for name in ["a", "b"] { bench.source.release(name) } }
            try await body(bench)
        }
    }

    @Test func waitsForARefreshAloneUpToASecond() async throws {
        try await duringARefresh { bench in
            let (deferred, waiting) = try begin(bench, "/jobs?name=a")
            #expect(deferred.deadline == bench.clock.now + .seconds(1))
            #expect(words(of: deferred.expired(.deadlinePassed)) == ["IN_PROGRESS"])
            bench.source.put("a", .finished("a"))
            bench.source.release("a")
            #expect(await eventually { waiting.reply != nil })
            #expect(waiting.reply.map(words) == ["COMPLETED"])
        }
    }

    @Test func waitsForARefreshNoLongerThanASecondBesideAFetchThatHasEnded() async throws {
        try await duringARefresh { bench in
            let (deferred, waiting) = try begin(bench, "/jobs?name=a,b")
            #expect(deferred.deadline == bench.clock.now + .milliseconds(5_250))
            #expect(await eventually { bench.source.held == 2 })
            let sleepers = bench.clock.sleepers
            bench.source.release("b")
            #expect(await eventually { bench.gateway.fetcher.waiting == 1 && bench.clock.sleepers >= sleepers })
            bench.clock.advance(by: .milliseconds(999))
            #expect(waiting.reply == nil)
            bench.clock.advance(by: .milliseconds(1))
            #expect(await eventually { waiting.reply != nil })
            #expect(waiting.reply.map(words) == ["IN_PROGRESS", "job-not-found"])
        }
    }

    @Test func aFetchThatEndsAfterThatSecondDoesNotWaitForTheRefresh() async throws {
        try await duringARefresh { bench in
            let (_, waiting) = try begin(bench, "/jobs?name=a,b")
            #expect(await eventually { bench.source.held == 2 })
            bench.clock.advance(by: .seconds(2))
            #expect(waiting.reply == nil)
            bench.source.release("b")
            #expect(await eventually { waiting.reply != nil })
            #expect(waiting.reply.map(words) == ["IN_PROGRESS", "job-not-found"])
        }
    }
}
