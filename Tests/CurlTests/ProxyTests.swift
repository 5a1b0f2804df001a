import Curl
import Glibc
import Testing

/// The environment names the proxies. Each test sets it in a process of its own.
@Suite(.timeLimit(.minutes(1))) struct ProxyTests {
    /// To the proxy the target is an absolute URL (RFC 9112 §3.2.2).
    private static let answersAsBoth: @Sendable (LoopbackServer.Request) -> [LoopbackServer.Step] = { request in
        if request.head.hasPrefix("CONNECT ") { return [.answer("", status: "403 Forbidden"), .close] }
        return [.answer(request.head.hasPrefix("GET http://") ? "through the proxy" : "direct")]
    }

    private static func setProxy(_ origin: String) {
        for name in ["no_proxy", "NO_PROXY"] { unsafe unsetenv(name) }
        for name in ["http_proxy", "https_proxy"] { unsafe setenv(name, origin, 1) }
    }

    @Test func goesThroughTheProxyOfTheEnvironment() async {
        await #expect(processExitsWith: .success) {
            let server = LoopbackServer(Self.answersAsBoth)
            Self.setProxy(server.origin)
            let response = try await CurlClient().perform(CurlRequest(url: server.origin), deadline: .now + .seconds(5))
            #expect(response.body == Array("through the proxy".utf8))
        }
    }

    @Test func bypassesItWhenTold() async {
        await #expect(processExitsWith: .success) {
            let server = LoopbackServer(Self.answersAsBoth)
            Self.setProxy(server.origin)
            let request = CurlRequest(url: server.origin, bypassesProxies: true)
            let response = try await CurlClient().perform(request, deadline: .now + .seconds(5))
            #expect(response.body == Array("direct".utf8))
        }
    }

    @Test func reportsAProxyThatOpensNoTunnel() async {
        await #expect(processExitsWith: .success) {
            let server = LoopbackServer(Self.answersAsBoth)
            Self.setProxy(server.origin)
            let client = try CurlClient()
            let error = await client.failure(CurlRequest(url: "https://absent.invalid/"), within: .seconds(5))
            #expect(error == .couldNotConnect)
        }
    }
}
