import HTTPExchange
import HTTPTypes
import RateLimiting
import Telemetry
import Testing

@testable import Gateway

@Suite struct ClientTests {
    private static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
    private let proxy = PeerAddress(ipv4: 0x0A00_0001)

    private func bench(shadow: Bool = false, allowed: [AddressRange]? = nil) -> TestBench {
        TestBench { options in
            options.clients = ClientRule(trustedProxies: [AddressRange("10.0.0.0/8")!], allowed: allowed)
            options.clientLimit = ClientLimitOptions(rate: Rate(1, per: .seconds(60)), burst: 1, isShadow: shadow)
        }
    }

    /// The status of the form's redirection, which needs no job and counts against the limit.
    private func ask(_ bench: TestBench, as client: String, through peer: PeerAddress) async -> Int {
        await bench.get("/jobs?name=a", [(.accept, "text/html"), (Self.forwardedFor, client)], peer: peer).status.code
    }

    @Test func limitsEachClientBehindATrustedProxy() async {
        let bench = bench()
        #expect(await ask(bench, as: "192.0.2.1", through: proxy) == 303)
        #expect(await ask(bench, as: "192.0.2.1", through: PeerAddress(ipv4: 0x0A00_0002)) == 429)
        #expect(await ask(bench, as: "192.0.2.2", through: proxy) == 303)
        #expect(await ask(bench, as: "2001:db8::1", through: proxy) == 303)
        #expect(await ask(bench, as: "2001:db8::2", through: proxy) == 429)
    }

    @Test func believesNobodyElse() async {
        let bench = bench()
        let stranger = PeerAddress(ipv4: 0xC000_0201)
        #expect(await ask(bench, as: "198.51.100.1", through: stranger) == 303)
        #expect(await ask(bench, as: "198.51.100.2", through: stranger) == 429)
    }

    @Test func answersTheClientsThatAreAllowed() async throws {
        let bench = bench(allowed: [try #require(AddressRange("192.0.2.0/24"))])
        #expect(await ask(bench, as: "192.0.2.1", through: proxy) == 303)
        let refused = await bench.get("/jobs/a", [(Self.forwardedFor, "198.51.100.1")], peer: proxy)
        #expect(refused.status.code == 403)
        #expect(refused.text.contains("\"type\":\"/problems/client-not-allowed\""))
        #expect(bench.source.calls == 0)
        #expect(await bench.get("/", peer: proxy).status.code == 403)
    }

    /// Otherwise a client whose address the proxy fails to write would have the proxy's rights and the proxy's bucket.
    @Test(arguments: ["unknown", "\u{600}", "192.0.2.1, unknown, 10.0.0.2", ""])
    func refusesAClientThatATrustedProxyFailsToName(hops: String) async throws {
        let bench = bench(allowed: [try #require(AddressRange("10.0.0.0/8"))])
        let refused = await bench.get("/jobs/a", [(Self.forwardedFor, hops)], peer: proxy)
        #expect(refused.status.code == 400)
        #expect(refused.text.contains("\"type\":\"/problems/invalid-forwarding\""))
        #expect(refused.text.contains("of X-Forwarded-For is no IP address"))
        #expect(refused.field("RateLimit") == "\"client\";r=0;t=60")
        #expect(bench.source.calls == 0)
    }

    @Test func countsHopsFromTheEnd() async {
        let last = await bench().get("/jobs/a", [(Self.forwardedFor, "x")], peer: proxy)
        #expect(last.text.contains("The last element of X-Forwarded-For"))
        let second = await bench().get("/jobs/a", [(Self.forwardedFor, "x, 10.0.0.2")], peer: proxy)
        #expect(second.text.contains("The element 2 from the end of X-Forwarded-For"))
    }

    @Test func onlyCountsWhomAShadowLimitWouldRefuse() async {
        let bench = bench(shadow: true)
        func reply() async -> Reply { await bench.get("/jobs?name=a", [(.accept, "text/html")]) }
        let replies = [await reply(), await reply(), await reply()]
        #expect(replies.map(\.status.code) == [303, 303, 303])
        #expect(replies.map { $0.field("RateLimit")?.hasPrefix("\"client\";r=0") } == [true, true, true])
        #expect(replies[2].field("Retry-After") == nil)
        let page = String(decoding: bench.registry.render(), as: UTF8.self)
        #expect(page.contains("transcribe_gateway_shadow_refusals_total 2"))
    }
}
