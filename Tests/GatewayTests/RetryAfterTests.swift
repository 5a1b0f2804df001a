import Caching
import HTTPExchange
import HTTPTypes
import RateLimiting
import TestSupport
import Testing
import Transcribe

@testable import Gateway

/// A client that asks again when `Retry-After` says so gets an answer that is fresh then.
@Suite struct RetryAfterTests {
    /// Programs obey to the millisecond or are late by up to a second; a page asks a second later by itself.
    @Test(arguments: [
        (false, 0), (false, 300), (false, 1_000), (true, 0), (true, 900),
    ])
    func aClientThatObeysIsNotHandedTheStaleCopy(isBrowser: Bool, delay: Int) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let fields = isBrowser ? [(HTTPField.Name.accept, "text/html")] : []
            var rounds = 0
            while bench.clock.now < bench.clock.start + .seconds(60) {
                let reply = await bench.get("/jobs/a", fields)
                #expect(reply.field("Age") == "0" || rounds == 0)
                let wait = try #require(isBrowser ? reply.reloadInterval : reply.retryAfter)
                bench.clock.advance(by: .milliseconds(1_000 * wait + delay))
                rounds += 1
            }
            #expect(rounds >= 8)
            #expect(bench.source.calls == rounds)
        }
    }

    /// A gateway whose running job `a` was to be asked for again half a second ago.
    private func afterTheTime(
        _ adjust: (inout GatewayOptions) -> Void = { _ in }, _ body: (TestBench) async throws -> Void
    ) async throws {
        try await TestBench(adjust).run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: .milliseconds(5_500))
            try await body(bench)
        }
    }

    private func deferred(_ bench: TestBench) throws -> DeferredReply {
        let request = Request(
            method: .get, target: "/jobs/a", host: "localhost", peer: PeerAddress(ipv4: 0x7F00_0001),
            fields: FieldList(list: []))
        guard case .later(let deferred) = bench.gateway.answer(request) else { throw DeferredError.repliesAtOnce }
        return deferred
    }

    private enum DeferredError: Error { case repliesAtOnce }

    @Test func aSlowRefreshIsWaitedForNoLongerThanASecond() async throws {
        try await afterTheTime { bench in
            let reply = try deferred(bench)
            #expect(reply.deadline == bench.clock.now + .seconds(1))
            bench.clock.advance(by: .seconds(1))
            let stale = reply.expired(.deadlinePassed)
            #expect(stale.field("Cache-Status") == "transcribe-gateway; hit; ttl=-2")
            #expect(stale.field("Age") == "6")
            #expect(stale.field("Retry-After") == "1")
            #expect(reply.expired(.serverStopping).status == .serviceUnavailable)
            // What is purged meanwhile is not served. The time for one look-up is not over.
            bench.gateway.purge(try JobName("a"))
            let gone = reply.expired(.deadlinePassed)
            #expect(gone.status == .serviceUnavailable)
            #expect(gone.field("Retry-After") == "1")
            #expect(gone.text.contains("within a second"))
        }
    }

    @Test func otherRequestsThatWaitForTheRefreshAreCollapsed() async throws {
        try await afterTheTime { bench in
            bench.source.closeGate()
            async let first = bench.get("/jobs/a")
            #expect(await eventually { bench.gateway.fetcher.waiting == 1 })
            async let second = bench.get("/jobs/a")
            #expect(await eventually { bench.gateway.fetcher.waiting == 2 })
            bench.source.openGate()
            #expect(await first.field("Cache-Status") == "transcribe-gateway; fwd=stale; stored")
            #expect(await second.field("Cache-Status") == "transcribe-gateway; fwd=stale; stored; collapsed")
        }
    }

    /// A slow refresh of a job began a second ago. The job was too old then for a client that obeys `Retry-After`.
    private func duringASlowRefresh(
        of job: Job, _ body: (TestBench) async throws -> Void
    ) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", job)
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: job.isFinished ? .seconds(605) : .seconds(10))
            bench.source.closeGate()
            // The refresh has to end before the gateway does.
            defer { bench.source.openGate() }
            #expect(await bench.get("/jobs/a").field("Cache-Status") == "transcribe-gateway; hit; ttl=-5")
            #expect(await eventually { bench.source.held == 1 })
            bench.clock.advance(by: .seconds(1))
            try await body(bench)
        }
    }

    @Test func aClientThatComesDuringTheRefreshWaitsForItUpToASecond() async throws {
        try await duringASlowRefresh(of: .running("a")) { bench in
            let reply = try deferred(bench)
            #expect(reply.deadline == bench.clock.now + .seconds(1))
            async let again = bench.get("/jobs/a")
            #expect(await eventually { bench.gateway.fetcher.waiting == 1 })
            bench.source.openGate()
            #expect(await again.field("Cache-Status") == "transcribe-gateway; fwd=stale; stored; collapsed")
            #expect(bench.source.calls == 2)
        }
    }

    @Test(arguments: [(Job.finished("a"), nil), (.running("a"), "max-stale"), (.running("a"), "only-if-cached")])
    func othersDoNotWaitForTheRefresh(job: Job, directive: String?) async throws {
        try await duringASlowRefresh(of: job) { bench in
            let fields = directive.map { [(HTTPField.Name.cacheControl, $0)] } ?? []
            #expect(await bench.get("/jobs/a", fields).field("Cache-Status") == "transcribe-gateway; hit; ttl=-6")
        }
    }

    /// A demand on a fresh job that the budget has nothing for does not keep the job from being refreshed in time.
    @Test func aRefusedDemandOnAFreshJobPostponesNoRefresh() async throws {
        try await TestBench { $0.admission.burst = 3 }.run { bench in
            bench.source.put("a", .running("a"))
            for name in ["a", "b", "c"] { _ = await bench.get("/jobs/\(name)") }
            bench.clock.advance(by: .milliseconds(4_900))
            for name in ["d", "e"] { _ = await bench.get("/jobs/\(name)") }
            let refused = await bench.get("/jobs/a", [(.cacheControl, "no-cache")])
            #expect(refused.field("Cache-Status") == "transcribe-gateway; hit; ttl=0; detail=upstream-budget")
            bench.clock.advance(by: .milliseconds(100))
            #expect(await bench.get("/jobs/a").field("Cache-Status") == "transcribe-gateway; fwd=stale; stored")
        }
    }

    @Test func withoutABudgetTheStoredJobIsServedAtOnce() async throws {
        try await afterTheTime({ $0.admission.burst = 1 }) { bench in
            _ = await bench.get("/jobs/b")
            let reply = await bench.get("/jobs/a")
            #expect(reply.field("Cache-Status") == "transcribe-gateway; hit; ttl=-1; detail=upstream-budget")
            #expect(bench.source.calls(for: "a") == 1)
        }
    }

    @Test(arguments: [5_500, 60_000]) func whereNoMoreMayWaitTheStoredJobIsServed(milliseconds: Int) async throws {
        try await TestBench { $0.waiters = 1 }.run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: .milliseconds(milliseconds))
            bench.source.hold("b")
            async let other = bench.get("/jobs/b")
            #expect(await eventually { bench.gateway.fetcher.waiting == 1 })
            let reply = await bench.get("/jobs/a")
            #expect(reply.status == .ok)
            #expect(reply.field("Cache-Status")?.hasSuffix("; detail=overloaded") == true)
            #expect(await bench.get("/jobs/c").status == .serviceUnavailable)
            bench.source.release("b")
            #expect(await other.status == .notFound)
        }
    }

    /// A request that a stored job answers leaves half of the places to those that wait for a job.
    @Test func whereHalfOfThePlacesAreTakenTheStoredJobIsServed() async throws {
        try await afterTheTime({ $0.waiters = 4 }) { bench in
            bench.source.closeGate()
            let early = try (1...3).map { _ in try deferred(bench) }
            for reply in early { reply.start(NoReply()) }
            #expect(bench.gateway.fetcher.waiting == 3)
            let late = bench.resolve(try JobName("a"))
            guard case .resolved(.answer(_, .cache(.overloaded))) = late else {
                return #expect(Bool(false), "it waits")
            }
            async let miss = bench.get("/jobs/b")
            #expect(await eventually { bench.gateway.fetcher.waiting == 4 })
            bench.source.openGate()
            #expect(await miss.status == .notFound)
        }
    }

    /// The other end of a request that was answered meanwhile.
    private struct NoReply: PendingReply {
        var isAnswered: Bool { true }
        func prepare(with reply: () -> Reply) -> Bool { false }
        func send() {}
        func waitForChange(until deadline: ContinuousClock.Instant) {}
    }

    @Test func aFetchThatTakesTooLongLeavesTheStoredJob() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: .seconds(60))
            let reply = try deferred(bench)
            bench.clock.advance(by: .milliseconds(5_250))
            let stale = reply.expired(.deadlinePassed)
            #expect(stale.field("Cache-Status") == "transcribe-gateway; hit; ttl=-61; detail=stale-if-error")
            #expect(stale.field("Age") == "65")
            bench.clock.advance(by: .seconds(600))
            #expect(reply.expired(.deadlinePassed).status == .gatewayTimeout)
        }
    }

    @Test(arguments: ["max-stale=10", "max-stale", "only-if-cached"])
    func aClientThatTakesAStaleAnswerDoesNotWait(directive: String) async throws {
        try await afterTheTime { bench in
            let reply = await bench.get("/jobs/a", [(.cacheControl, directive)])
            #expect(reply.field("Cache-Status") == "transcribe-gateway; hit; ttl=-1")
        }
    }

    @Test func noClientWaitsForAFinishedJob() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: .milliseconds(600_500))
            #expect(await bench.get("/jobs/a").field("Cache-Status") == "transcribe-gateway; hit; ttl=-1")
        }
    }

    @Test func thatThereIsNoSuchJobSaysHowLongItIsStored() async throws {
        try await TestBench { $0.freshness.missing = .seconds(4) }.run { bench in
            #expect(await bench.get("/jobs/a").field("Retry-After") == "4")
            bench.clock.advance(by: .milliseconds(2_500))
            #expect(await bench.get("/jobs/a").field("Retry-After") == "2")
            #expect(bench.source.calls == 1)
            bench.source.fail("b", .invalidRequest(ResponseOrigin(status: 400)))
            #expect(await bench.get("/jobs/b").field("Retry-After") == nil)
        }
    }

    @Test(
        arguments: [
            .upstreamFailed(ResponseOrigin(status: 500)), .malformedResponse(.notAJob, nil), .timedOut, .outOfTime,
            .accessDenied(ResponseOrigin(status: 400)), .credentialsRejected(ResponseOrigin(status: 400)),
            .badRequest(ResponseOrigin(status: 400)),
        ] as [TranscribeError])
    func whereAskingAgainCanHelpAProblemSaysWhen(error: TranscribeError) async throws {
        try await TestBench().run { bench in
            bench.source.fail("a", error)
            #expect(await bench.get("/jobs/a").field("Retry-After") == "1")
        }
    }
}
