import Caching
import HTTPExchange
import HTTPTypes
import RateLimiting
import TestSupport
import Testing
import Transcribe

@testable import Gateway

/// `Age`, freshness and the metric of ages count from the attempt that brought the answer, however long it waited.
@Suite struct AgeTests {
    /// A gateway that makes a call every 3.15 seconds, and has just made one.
    private func afterACall(_ body: (TestBench) async throws -> Void) async throws {
        try await TestBench {
            $0.admission.rate = Rate(1, per: .seconds(3))
            $0.admission.burst = 1
        }.run { bench in
            _ = await bench.get("/jobs/first")
            try await body(bench)
        }
    }

    private func getAfterWaiting(_ name: String, _ bench: TestBench) async -> Reply {
        async let reply = bench.get("/jobs/\(name)")
        #expect(await eventually { bench.gateway.fetcher.admissionStatus.waiting == 1 })
        bench.clock.advance(by: .milliseconds(3_150))
        return await reply
    }

    @Test func aMissThatWaitedForItsTurnIsNew() async throws {
        try await afterACall { bench in
            bench.source.put("a", .running("a"))
            let reply = await getAfterWaiting("a", bench)
            #expect(reply.field("Age") == "0")
            #expect(reply.field("Retry-After") == "5")
            let hit = await bench.get("/jobs/a")
            #expect(hit.field("Age") == "0")
            #expect(hit.field("Cache-Status") == "transcribe-gateway; hit; ttl=5")
            #expect(bench.registry.count("answer_age_seconds_bucket{le=\"0.1\"}") == 2)
        }
    }

    @Test func thatThereIsNoSuchJobIsAHitAfterAWait() async throws {
        try await afterACall { bench in
            #expect(await getAfterWaiting("a", bench).status == .notFound)
            let again = bench.resolve(try JobName("a"))
            guard case .resolved(.answer) = again else { return #expect(Bool(false), "AWS is asked again") }
        }
    }

    /// What is served in place of an answer has grown older in the time that the request waited for one.
    @Test func aFallbackIsAsOldAsItIsWhenItIsSent() async throws {
        try await TestBench { $0.admission.concurrency = 1 }.run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: .seconds(60))
            bench.source.hold("b")
            async let other = bench.get("/jobs/b")
            #expect(await eventually { bench.source.held == 1 })
            async let waiting = bench.get("/jobs/a")
            #expect(await eventually { bench.gateway.fetcher.admissionStatus.waiting == 1 })
            bench.clock.advance(by: .seconds(5))
            #expect(await waiting.field("Age") == "65")
            #expect(await waiting.field("Cache-Status") == "transcribe-gateway; hit; ttl=-60; detail=overloaded")
            bench.source.release("b")
            #expect(await other.status == .notFound)
        }
    }
}
