import HTTPExchange
import HTTPTypes
import TestSupport
import Testing
import Transcribe

@testable import Gateway

extension HTTPField.Name {
    fileprivate static let secFetchMode = HTTPField.Name("Sec-Fetch-Mode")!
    fileprivate static let secFetchUser = HTTPField.Name("Sec-Fetch-User")!
}

/// Which `Cache-Control` of a browser is a person's demand, and which the browser adds by itself.
@Suite struct BrowserDemandTests {
    private static let (hit, forced) = ("hit; ttl=3", "fwd=request; stored")

    /// `navigate` with or without the user, or the mode of a script's request.
    @Test(
        arguments: [
            ("max-age=0", "navigate", nil, false, hit), ("no-cache", "navigate", nil, false, hit),
            ("max-age=0", "navigate", "?1", false, forced), ("no-cache", "navigate", "?1", false, forced),
            ("max-age=0", "navigate", "?0", false, hit), ("max-age=0", "Navigate", nil, false, forced),
            ("max-age=0, only-if-cached", "navigate", nil, false, hit),
            // A browser adds no-cache where a script has set If-None-Match; max-age is the script's own.
            ("no-cache", "cors", nil, true, hit), ("no-cache", "same-origin", nil, true, hit),
            ("max-age=0", "cors", nil, true, forced), ("no-cache", "cors", nil, false, forced),
            ("no-cache, max-age=1", "cors", nil, true, forced), ("no-cache", nil, nil, true, forced),
            ("max-age=0", nil, nil, false, forced),
        ] as [(String, String?, String?, Bool, String)])
    func tellsADemandFromAHabit(
        directive: String, mode: String?, user: String?, isConditional: Bool, status: String
    ) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: .seconds(2))
            var fields = [(HTTPField.Name.cacheControl, directive)]
            if let mode { fields.append((.secFetchMode, mode)) }
            if let user { fields.append((.secFetchUser, user)) }
            if isConditional { fields.append((.ifNoneMatch, "\"x\"")) }
            #expect(await bench.get("/jobs/a", fields).field("Cache-Status") == "transcribe-gateway; \(status)")
        }
    }

    /// Six clients that obey the answer's time for a minute, and begin within five seconds.
    private func callsOfSixClients(
        asking fields: [(HTTPField.Name, String)], obeying interval: (Reply) -> Int?
    ) async throws -> Int {
        var calls = 0
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            var next = [0, 700, 1_300, 2_900, 3_400, 4_600]
            for millisecond in stride(from: 0, to: 60_000, by: 100) {
                for client in next.indices where next[client] <= millisecond {
                    let reply = await bench.get("/jobs/a", fields)
                    next[client] = millisecond + 1_000 * (interval(reply) ?? 1)
                }
                await eventually { bench.gateway.fetcher.fetchesInFlight == 0 }
                bench.clock.advance(by: .milliseconds(100))
            }
            calls = bench.source.calls
        }
        return calls
    }

    @Test func sixTabsCostNoMoreCallsThanSixPrograms() async throws {
        let browser = [(HTTPField.Name.accept, "text/html"), (.cacheControl, "max-age=0"), (.secFetchMode, "navigate")]
        let tabs = try await callsOfSixClients(asking: browser, obeying: \.reloadInterval)
        let programs = try await callsOfSixClients(asking: [], obeying: \.retryAfter)
        print("calls in a minute: six tabs \(tabs), six programs \(programs)")
        #expect(programs <= 12)
        #expect(tabs <= programs)
    }
}
