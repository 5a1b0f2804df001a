import HTTPExchange
import HTTPTypes
import RateLimiting
import TestSupport
import Testing
import Transcribe

@testable import Gateway

@Suite struct PurgeTests {
    /// What is purged: one job, or everything.
    enum Extent: CaseIterable {
        case one, all

        func purge(_ bench: TestBench) throws {
            switch self {
            case .one: bench.gateway.purge(try JobName("a"))
            case .all: bench.gateway.purge()
            }
        }
    }

    @Test(arguments: Extent.allCases) func aRequestAfterAPurgeJoinsNoFetchFromBeforeIt(extent: Extent) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            bench.source.closeGate()
            async let before = bench.get("/jobs/a")
            #expect(await eventually { bench.source.held == 1 })
            try extent.purge(bench)
            async let after = bench.get("/jobs/a")
            #expect(await eventually { bench.source.held == 2 })
            #expect(bench.gateway.fetcher.fetchesInFlight == 2)
            bench.source.openGate()
            #expect(await before.field("Cache-Status") == "transcribe-gateway; fwd=miss")
            #expect(await after.field("Cache-Status") == "transcribe-gateway; fwd=miss; stored")
            #expect(bench.source.calls == 2)
            #expect(
                await eventually { bench.gateway.fetcher.fetchesInFlight == 0 && bench.gateway.fetcher.waiting == 0 })
        }
    }

    @Test(arguments: Extent.allCases) func aRequestAfterAPurgeJoinsNoRefreshFromBeforeIt(extent: Extent) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: .seconds(20))
            bench.source.closeGate()
            #expect(await bench.get("/jobs/a").field("Cache-Status") == "transcribe-gateway; hit; ttl=-15")
            #expect(await eventually { bench.source.held == 1 })
            try extent.purge(bench)
            async let after = bench.get("/jobs/a")
            #expect(await eventually { bench.source.held == 2 })
            bench.source.openGate()
            #expect(await after.field("Cache-Status") == "transcribe-gateway; fwd=miss; stored")
        }
    }

    /// The answer that there is no such job is one of before the purge too.
    @Test(arguments: Extent.allCases) func noFallbackSurvivesAPurge(extent: Extent) async throws {
        try await TestBench().run { bench in
            #expect(await bench.get("/jobs/a").status == .notFound)
            bench.clock.advance(by: .milliseconds(1_500))
            bench.source.fail("a", .upstreamFailed(ResponseOrigin(status: 503)))
            bench.source.closeGate()
            async let waiting = bench.get("/jobs/a", [(.cacheControl, "no-cache")])
            #expect(await eventually { bench.source.held == 1 })
            try extent.purge(bench)
            bench.source.openGate()
            #expect(await waiting.status == .badGateway)
        }
    }
}
