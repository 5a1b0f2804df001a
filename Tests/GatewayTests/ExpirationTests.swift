import Caching
import TestSupport
import Testing
import Transcribe

@testable import Gateway

@Suite struct ExpirationTests {
    @Test func whatIsPastItsTimeLeavesTheMemoryByItselfWithinAMinute() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            for number in 1...10 { _ = await bench.get("/jobs/missing-\(number)") }
            #expect(bench.gateway.cacheCounts.entries == 11)
            // What AWS does not know is kept for 2 s, a job for 5 s and ten minutes.
            await eventually { bench.clock.sleepers > 0 }
            bench.clock.advance(by: .seconds(62))
            #expect(await eventually { bench.gateway.cacheCounts.entries == 1 })
            #expect(bench.gateway.cacheCounts.expirations == 10)
            await eventually { bench.clock.sleepers > 0 }
            bench.clock.advance(by: .seconds(605))
            #expect(await eventually { bench.gateway.cacheCounts.entries == 0 })
        }
    }
}
