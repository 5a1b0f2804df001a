import Caching
import HTTPExchange
import HTTPTypes
import RateLimiting
import TestSupport
import Testing
import Transcribe

@testable import Gateway

@Suite struct OutageTests {
    private static let names = (1...40).map { "job-\($0)" }

    private func ask(_ bench: TestBench) async -> [Reply] {
        var replies: [Reply] = []
        for name in Self.names { replies.append(await bench.get("/jobs/\(name)")) }
        return replies
    }

    /// Whether no refresh is under way any more.
    private func isQuiet(_ bench: TestBench) async -> Bool {
        await eventually {
            bench.gateway.fetcher.admissionStatus.inFlight == 0 && bench.gateway.fetcher.fetchesInFlight == 0
        }
    }

    /// Five minutes without AWS, asked for every second: what was seen is answered, with a label once it is stale.
    @Test func answersWhatItHasSeenThroughAnOutageAndRecoversWithinItsRate() async throws {
        try await TestBench {
            $0.clientLimit = nil
            $0.admission.rate = Rate(50, per: .seconds(1))
            $0.admission.burst = 50
        }.run { bench in
            for name in Self.names { bench.source.put(name, .running(name)) }
            #expect(await ask(bench).allSatisfy { $0.status == .ok })
            for name in Self.names { bench.source.fail(name, .upstreamFailed(ResponseOrigin(status: 503))) }
            for second in 1...300 {
                bench.clock.advance(by: .seconds(1))
                for reply in await ask(bench) {
                    #expect(reply.status == .ok)
                    let status = reply.field("Cache-Status") ?? ""
                    #expect(
                        second < 5 || status.contains("ttl=-") || status.contains("ttl=0") || status.contains("stale"))
                    #expect(second < 40 || status.contains("detail=stale-if-error"))
                }
                #expect(await isQuiet(bench))
            }
            let before = bench.source.calls
            // A job that could not be refreshed is left alone for two seconds.
            #expect(before <= 40 * 151)
            for name in Self.names { bench.source.put(name, .running(name)) }
            bench.clock.advance(by: .seconds(5))
            #expect(await ask(bench).allSatisfy { $0.field("Cache-Status") == "transcribe-gateway; fwd=stale; stored" })
            #expect(bench.source.calls - before <= 50)
        }
    }
}
