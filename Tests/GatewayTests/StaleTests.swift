import Caching
import Curl
import HTTPExchange
import HTTPTypes
import RateLimiting
import SigV4
import Telemetry
import TestSupport
import Testing
import Transcribe

@testable import Gateway

@Suite struct StaleTests {
    private static let failure = TranscribeError.upstreamFailed(ResponseOrigin(status: 503))
    private static let denial = TranscribeError.accessDenied(ResponseOrigin(status: 400))

    /// A gateway that has seen the running job `a`, some time ago.
    private func afterSeeing(
        _ age: Duration, _ adjust: (inout GatewayOptions) -> Void = { _ in },
        _ body: (TestBench) async throws -> Void
    ) async throws {
        try await TestBench(adjust).run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: age)
            try await body(bench)
        }
    }

    @Test func servesTheOldAnswerWhileItAsksForTheNewOne() async throws {
        try await afterSeeing(.seconds(8)) { bench in
            bench.source.put("a", .finished("a"))
            bench.source.closeGate()
            let stale = await bench.get("/jobs/a")
            #expect(stale.status == .ok)
            #expect(stale.text.contains("IN_PROGRESS"))
            #expect(stale.field("Cache-Status") == "transcribe-gateway; hit; ttl=-3")
            #expect(stale.field("Age") == "8")
            #expect(stale.field("Retry-After") == "1")
            // One refresh is under way. A request that comes meanwhile and takes a stale answer begins no other.
            #expect(await eventually { bench.source.held == 1 })
            #expect(await bench.get("/jobs/a", [(.cacheControl, "max-stale")]).text.contains("IN_PROGRESS"))
            bench.source.openGate()
            #expect(await eventually { bench.gateway.fetcher.admissionStatus.inFlight == 0 })
            #expect(await bench.get("/jobs/a").text.contains("COMPLETED"))
            #expect(bench.source.calls == 2)
        }
    }

    @Test func waitsForAnAnswerOnceTheWindowIsOver() async throws {
        try await afterSeeing(.seconds(35)) { bench in
            let reply = await bench.get("/jobs/a")
            #expect(reply.field("Cache-Status") == "transcribe-gateway; fwd=stale; stored")
            #expect(reply.field("Age") == "0")
        }
    }

    @Test(
        arguments: [
            (failure, "fwd=stale; fwd-status=503"),
            (.throttled(ResponseOrigin(status: 400), retryAfter: nil), "fwd=stale; fwd-status=400"),
            (.timedOut, "fwd=stale"), (.unreachable(.couldNotConnect), "fwd=stale"),
            // AWS was not asked.
            (.outOfTime, "hit; ttl=-595"),
            (.credentialsUnavailable(CredentialsUnavailable(reason: "no answer")), "hit; ttl=-595"),
        ] as [(TranscribeError, String)])
    func fallsBackOnWhatItSawLast(error: TranscribeError, status: String) async throws {
        try await afterSeeing(.seconds(600)) { bench in
            bench.source.fail("a", error)
            let reply = await bench.get("/jobs/a")
            #expect(reply.status == .ok)
            let expected = "transcribe-gateway; \(status); detail=stale-if-error"
            #expect(reply.field("Cache-Status") == expected)
            #expect(reply.field("Age") == "600")
            // For a while AWS is left alone.
            let next = await bench.get("/jobs/a")
            #expect(next.field("Cache-Status") == "transcribe-gateway; hit; ttl=-595; detail=stale-if-error")
            #expect(bench.source.calls == 2)
            bench.clock.advance(by: .seconds(5))
            bench.source.put("a", .finished("a"))
            #expect(await bench.get("/jobs/a").text.contains("COMPLETED"))
        }
    }

    @Test func saysSoWhenTheLastAnswerIsTooOld() async throws {
        try await afterSeeing(.seconds(606)) { bench in
            bench.source.fail("a", Self.failure)
            #expect(await bench.get("/jobs/a").status == .badGateway)
        }
    }

    @Test(arguments: [denial, .credentialsRejected(ResponseOrigin(status: 400))])
    func showsNothingAnyMoreToARoleThatWasRevoked(error: TranscribeError) async throws {
        try await afterSeeing(.seconds(8)) { bench in
            bench.source.fail("a", error)
            // The last stale answer brings the news.
            #expect(await bench.get("/jobs/a").status == .ok)
            #expect(await eventually { bench.source.calls == 2 && bench.gateway.fetcher.fetchesInFlight == 0 })
            #expect(await bench.get("/jobs/a").status == .badGateway)
            #expect(await bench.get("/jobs/a", [(.cacheControl, "max-stale")]).status == .badGateway)
        }
    }

    @Test func showsNoStaleJobWhileTheCredentialsAreRejected() async throws {
        try await afterSeeing(.seconds(1)) { bench in
            bench.source.fail("b", .credentialsRejected(ResponseOrigin(status: 400)))
            #expect(await bench.get("/jobs/b").status == .badGateway)
            // What is fresh stays; what is stale is asked for, and shown only if AWS shows it.
            #expect(await bench.get("/jobs/a").field("Cache-Status") == "transcribe-gateway; hit; ttl=4")
            bench.clock.advance(by: .seconds(7))
            #expect(await bench.get("/jobs/a").field("Cache-Status") == "transcribe-gateway; fwd=stale; stored")
            bench.clock.advance(by: .seconds(8))
            #expect(await bench.get("/jobs/a").field("Cache-Status") == "transcribe-gateway; hit; ttl=-3")
        }
    }

    @Test func showsNothingThatWasPurgedMeanwhile() async throws {
        try await afterSeeing(.seconds(60)) { bench in
            bench.source.fail("a", Self.failure)
            bench.source.closeGate()
            async let waiting = bench.get("/jobs/a")
            #expect(await eventually { bench.source.held == 1 })
            bench.gateway.purge(try JobName("a"))
            bench.source.openGate()
            #expect(await waiting.status == .badGateway)
            #expect(bench.gateway.cacheCounts.entries == 0)
        }
    }

    @Test func leavesAWSAloneForTwoSecondsAtMost() async throws {
        try await afterSeeing(.seconds(100), { $0.freshness.running = .seconds(60) }) { bench in
            bench.source.fail("a", Self.failure)
            let reply = await bench.get("/jobs/a")
            #expect(reply.field("Retry-After") == "2")
            bench.source.put("a", .finished("a"))
            bench.clock.advance(by: .seconds(2))
            #expect(await bench.get("/jobs/a").text.contains("COMPLETED"))
        }
    }

    @Test func refreshesNotWithEveryRequestThatFailsWithoutAStaleWindow() async throws {
        try await afterSeeing(.seconds(8), { $0.freshness.staleIfError = .zero }) { bench in
            bench.source.fail("a", Self.failure)
            _ = await bench.get("/jobs/a")
            #expect(await eventually { bench.source.calls == 2 && bench.gateway.fetcher.fetchesInFlight == 0 })
            for _ in 1...10 { #expect(await bench.get("/jobs/a").status == .ok) }
            #expect(await eventually { bench.gateway.fetcher.fetchesInFlight == 0 })
            #expect(bench.source.calls == 2)
        }
    }

    @Test func neverServesLateThatThereIsNoSuchJob() async throws {
        try await TestBench().run { bench in
            #expect(await bench.get("/jobs/a").status == .notFound)
            bench.clock.advance(by: .seconds(2))
            bench.source.put("a", .running("a"))
            #expect(await bench.get("/jobs/a").status == .ok)
        }
    }

    /// Texts that Swift's `==` takes for equal, because they differ in normalization only, are other bytes.
    @Test(arguments: ["/jobs/a", "/jobs/a?fields=tags"])
    func seesAChangeOfNormalization(target: String) async throws {
        func job(_ text: String) -> Job {
            var job = Job.running("a")
            job.transcriptURI = "https://s3.example/\(text).json"
            job.tags = [Job.Tag(key: text, value: text)]
            return job
        }
        let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
        try await TestBench().run { bench in
            bench.source.put("a", job(composed))
            let first = await bench.get(target)
            #expect(contains(first, composed) && !contains(first, decomposed))
            bench.clock.advance(by: .seconds(60))
            bench.source.put("a", job(decomposed))
            let second = await bench.get(target)
            #expect(contains(second, decomposed) && !contains(second, composed))
            #expect(second.field("ETag") != first.field("ETag"))
        }
    }

    private func contains(_ reply: Reply, _ text: String) -> Bool {
        let wanted = Array(text.utf8)
        return reply.body.bytes.indices.contains { reply.body.bytes[$0...].starts(with: wanted) }
    }

    @Test func replacesAJobThatIsGoneAtOnce() async throws {
        try await afterSeeing(.seconds(8)) { bench in
            bench.source.fail("a", .jobNotFound(ResponseOrigin(status: 400)))
            #expect(await bench.get("/jobs/a").status == .ok)
            #expect(await eventually { bench.source.calls == 2 && bench.gateway.fetcher.admissionStatus.inFlight == 0 })
            #expect(await bench.get("/jobs/a").status == .notFound)
        }
    }

    @Test func leavesTheReserveOfItsBudgetToThoseWhoWait() async throws {
        try await afterSeeing(.seconds(8), { $0.admission.burst = 2 }) { bench in
            _ = await bench.get("/jobs/b")
            // One token is left, and it is the reserve. Two calls owe refreshes less than one.
            #expect(await bench.get("/jobs/a").field("Cache-Status") == "transcribe-gateway; hit; ttl=-3")
            #expect(await eventually { bench.registry.count("fetches_total{result=\"budget_used_up\"}") == 1 })
            #expect(bench.source.calls == 2)
            #expect(await bench.get("/jobs/d").status == .notFound)
        }
    }
}

@Suite struct ClientDemandTests {
    private func afterSeeing(_ age: Duration, _ body: (TestBench) async throws -> Void) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: age)
            try await body(bench)
        }
    }

    @Test(arguments: [
        ("no-cache", 2_000, "fwd=request; stored"), ("no-cache", 900, "hit; ttl=4"),
        ("max-age=0", 2_000, "fwd=request; stored"), ("max-age=3", 2_000, "hit; ttl=3"),
        ("max-age=3", 4_000, "fwd=request; stored"), ("max-age=60", 8_000, "fwd=request; stored"),
        ("max-age=60, max-stale=10", 8_000, "hit; ttl=-3"), ("max-stale=100", 60_000, "hit; ttl=-55"),
        ("max-stale", 500_000, "hit; ttl=-495"), ("only-if-cached", 2_000, "hit; ttl=3"),
        ("only-if-cached", 8_000, "hit; ttl=-3"), ("max-stale=1", 8_000, "hit; ttl=-3"),
        ("no-cache", 100_000, "fwd=stale; stored"),
    ])
    func getsWhatItDemands(directive: String, milliseconds: Int, status: String) async throws {
        try await afterSeeing(.milliseconds(milliseconds)) { bench in
            let reply = await bench.get("/jobs/a", [(.cacheControl, directive)])
            #expect(reply.field("Cache-Status") == "transcribe-gateway; \(status)")
        }
    }

    @Test(arguments: [
        ("only-if-cached", 60_000), ("only-if-cached, max-age=1", 3_000), ("only-if-cached, no-cache", 3_000),
    ])
    func isToldThatTheCacheHasNothingForIt(directive: String, milliseconds: Int) async throws {
        try await afterSeeing(.milliseconds(milliseconds)) { bench in
            let reply = await bench.get("/jobs/a", [(.cacheControl, directive)])
            #expect(reply.status == .gatewayTimeout)
            #expect(reply.text.contains("/problems/not-cached"))
            #expect(bench.source.calls == 1)
        }
    }

    /// A fetch that began before the request brings an answer that is older than the client takes.
    @Test(arguments: [
        ("no-cache", 3_000, "0", "fwd=miss; stored"), ("max-age=2", 3_000, "0", "fwd=miss; stored"),
        ("max-age=3", 3_000, "3", "fwd=miss; stored; collapsed"),
        ("no-cache", 1_000, "1", "fwd=miss; stored; collapsed"),
        ("max-age=9223372036854775807", 3_000, "3", "fwd=miss; stored; collapsed"),
        ("max-stale", 3_000, "3", "fwd=miss; stored; collapsed"),
    ])
    func joinsAnotherFetchIfTheAnswerIsTooOld(
        directive: String, milliseconds: Int, age: String, status: String
    ) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            bench.source.hold("a")
            async let first = bench.get("/jobs/a")
            #expect(await eventually { bench.source.held == 1 })
            bench.clock.advance(by: .milliseconds(milliseconds))
            async let second = bench.get("/jobs/a", [(.cacheControl, directive)])
            #expect(await eventually { bench.gateway.fetcher.waiting == 2 })
            bench.source.release("a")
            #expect(await first.field("Cache-Status") == "transcribe-gateway; fwd=miss; stored")
            #expect(await second.field("Cache-Status") == "transcribe-gateway; \(status)")
            #expect(await second.field("Age") == age)
            #expect(bench.source.calls == (age == "0" ? 2 : 1))
        }
    }

    @Test func isServedWhatIsThereIfTheBudgetHasNothingForIt() async throws {
        try await TestBench { $0.admission.burst = 3 }.run { bench in
            bench.source.put("a", .running("a"))
            for name in ["a", "b", "c"] { _ = await bench.get("/jobs/\(name)") }
            bench.clock.advance(by: .milliseconds(1_001))
            for name in ["d", "e"] { _ = await bench.get("/jobs/\(name)") }
            let reply = await bench.get("/jobs/a", [(.cacheControl, "no-cache")])
            #expect(reply.status == .ok)
            #expect(reply.field("Cache-Status") == "transcribe-gateway; hit; ttl=3; detail=upstream-budget")
        }
    }
}

extension PrometheusRegistry {
    /// The value of a counter on the page, 0 if it is not there.
    func count(_ series: String) -> Int {
        let page = String(decoding: render(), as: UTF8.self)
        let line = page.split(separator: "\n").first { $0.hasPrefix("transcribe_gateway_" + series) }
        return line.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
    }
}
