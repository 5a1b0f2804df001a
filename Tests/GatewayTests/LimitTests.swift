import HTTPExchange
import HTTPTypes
import RateLimiting
import TestSupport
import Testing
import Transcribe

@testable import Gateway

/// What counts against a client's limit: every reply but preflights and those that explain this API.
@Suite struct LimitTests {
    private func bench(burst: Int = 1, _ adjust: (inout GatewayOptions) -> Void = { _ in }) -> TestBench {
        TestBench { options in
            options.hosts = .only(["localhost"])
            options.clientLimit = ClientLimitOptions(rate: Rate(1, per: .seconds(1)), burst: burst, isShadow: false)
            adjust(&options)
        }
    }

    @Test(arguments: [
        ("/jobs/a%20b", 400), ("/jobs/a?x=1", 400), ("/jobs/a?fields=x", 400), ("/?x", 400), ("/nowhere", 404),
        ("/problems/none", 404), ("/jobs/a/", 404), ("*", 404),
    ])
    func countsARefusal(target: String, status: Int) async {
        let bench = bench()
        let refused = await bench.get(target)
        #expect(refused.status.code == status)
        #expect(refused.field("RateLimit-Policy") == "\"client\";q=1;w=1")
        #expect(refused.field("RateLimit") == "\"client\";r=0;t=1")
        let limited = await bench.get(target)
        #expect(limited.status.code == 429)
        #expect(limited.field("Retry-After") == "1")
        #expect(bench.source.calls == 0)
    }

    /// A client that obeys finds its quota whole again.
    @Test(arguments: ["application/json", "text/html"])
    func aProblemOfTheServersNamesNoTimeBeforeTheQuotaIsWhole(accept: String) async throws {
        let bench = bench(burst: 7) { $0.waiters = 0 }
        for _ in 1...5 { _ = await bench.get("/nowhere") }
        let reply = await bench.get("/jobs/a", [(.accept, accept)])
        #expect(reply.status == .serviceUnavailable)
        #expect(reply.field("RateLimit") == "\"client\";r=1;t=6")
        #expect(reply.field("Retry-After") == "6")
        #expect(accept == "application/json" || reply.text.contains("<span data-due=\"\">in 6 s</span>"))
    }

    @Test func countsARefusedMethodHostAndClient() async throws {
        let other = AddressRange("192.0.2.1")
        let denying = bench { $0.clients = ClientRule(trustedProxies: [], allowed: [other].compactMap(\.self)) }
        #expect(await denying.get("/").status.code == 403)
        #expect(await denying.get("/").status.code == 429)
        let bench = bench(burst: 2)
        let wrongHost = await bench.get("/", host: "evil.example")
        #expect(wrongHost.status.code == 421)
        #expect(wrongHost.field("RateLimit") == "\"client\";r=1;t=1")
        #expect(await bench.get("/jobs/a", method: .post).field("RateLimit") == "\"client\";r=0;t=2")
        #expect(await bench.get("/jobs/a", method: .post).status.code == 429)
        #expect(await bench.get("/", host: "evil.example").status.code == 429)
    }

    @Test func countsWhatTheServerRefuses() {
        let bench = bench()
        let request = Request(
            method: .get, target: "/jobs/a", host: "localhost", peer: PeerAddress(ipv4: 0x7F00_0001),
            fields: FieldList(list: []))
        let refused = bench.gateway.reply(to: .malformed("words"), of: request)
        #expect(refused.status.code == 400)
        #expect(refused.field("RateLimit") == "\"client\";r=0;t=1")
        #expect(bench.gateway.reply(to: .malformed("words"), of: request).status.code == 429)
    }

    /// A reader who is over the limit still sees a whole page, and what it means.
    @Test func whatExplainsIsNeverLimited() async throws {
        let bench = bench()
        _ = await bench.get("/nowhere")
        #expect(await bench.get("/jobs/a").status == .tooManyRequests)
        let explaining = ["/", "/problems"] + ProblemType.allCases.map { "/problems/\($0.rawValue)" }
        for target in explaining + StaticFile.all.keys {
            for fields in [[], [(HTTPField.Name.accept, "text/html")]] {
                let reply = await bench.get(target, fields)
                #expect(reply.status == .ok && reply.field("RateLimit") == nil, "\(target)")
            }
        }
        #expect(await bench.get("/jobs/a").status == .tooManyRequests)
    }

    /// With the problem of the limit itself the client pays once, too.
    @Test func countsEachRequestOnce() async throws {
        try await bench(burst: 2).run { bench in
            bench.source.put("a", .finished("a"))
            #expect(await bench.get("/jobs/a").field("RateLimit") == "\"client\";r=1;t=1")
            #expect(await bench.get("/jobs/unknown").field("RateLimit") == "\"client\";r=0;t=2")
            #expect(await bench.get("/jobs/a").field("RateLimit") == "\"client\";r=0;t=1")
            bench.clock.advance(by: .seconds(1))
            #expect(await bench.get("/jobs/a").status.code == 200)
        }
    }

    @Test func doesNotCountWhatExplainsTheAPI() async {
        let bench = bench()
        let preflight = [(HTTPField.Name.origin, "https://app.example"), (.accessControlRequestMethod, "GET")]
        for target in ["/", "/style.css", "/icon.svg", "/openapi.yaml", "/openapi.json", "/problems/stopping"] {
            let reply = await bench.get(target)
            #expect(reply.status.code == 200)
            #expect(reply.field("RateLimit") == nil)
        }
        for _ in 1...3 {
            let reply = await bench.get("/jobs/a", preflight, method: .options)
            #expect(reply.status.code == 204)
            #expect(reply.field("RateLimit") == nil)
        }
        #expect(await bench.get("/jobs/a", method: .options).field("RateLimit") == "\"client\";r=0;t=1")
        #expect(await bench.get("/jobs/a", method: .options).status.code == 429)
    }

    @Test func answersOnlyAsManyBadRequestsAsTheLimitAllows() async {
        let bench = bench(burst: 10)
        var statuses: [Int: Int] = [:]
        for number in 0..<5_000 {
            statuses[await bench.get(number % 2 == 0 ? "/jobs/a%20b" : "/nowhere").status.code, default: 0] += 1
            bench.clock.advance(by: .milliseconds(1))
        }
        // Ten at once and then one a second, for five seconds.
        #expect(statuses[400, default: 0] + statuses[404, default: 0] == 14)
        #expect(statuses[429] == 4_986)
    }
}
