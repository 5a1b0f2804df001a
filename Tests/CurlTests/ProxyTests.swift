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

    @Test(arguments: ["403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway", "302 Found"])
    func namesAProxyThatOpensNoTunnel(status: String) async {
        await #expect(processExitsWith: .success) { [status] in
            let server = LoopbackServer { _ in [.answer("", status: status), .close] }
            Self.setProxy(server.origin)
            let client = try CurlClient()
            let error = await client.failure(CurlRequest(url: "https://absent.invalid/"), within: .seconds(5))
            #expect(error == .proxyRefused(status: Int(status.prefix(3))!))
        }
    }

    /// Without TLS there is no tunnel, and the proxy answers in the place of the host.
    @Test func namesAProxyThatAsksForAPasswordWithoutATunnel() async {
        await #expect(processExitsWith: .success) {
            let server = LoopbackServer { _ in [.answer("", status: "407 Proxy Authentication Required")] }
            Self.setProxy(server.origin)
            let client = try CurlClient()
            let error = await client.failure(CurlRequest(url: "http://absent.invalid/"), within: .seconds(5))
            #expect(error == .proxyRefused(status: 407))
        }
    }

    @Test func namesAProxyThatHasNoAddress() async {
        await #expect(processExitsWith: .success) {
            Self.setProxy("http://absent.invalid:3128")
            let client = try CurlClient(options: CurlOptions(connectTimeout: .seconds(10)))
            let error = await client.failure(CurlRequest(url: "https://localhost/"), within: .seconds(10))
            #expect(error == .couldNotResolveProxy)
        }
    }

    @Test func aConnectionThatNoProxyRefusedIsNoProxys() async {
        await #expect(processExitsWith: .success) {
            Self.setProxy("http://127.0.0.1:1")
            let client = try CurlClient()
            let error = await client.failure(CurlRequest(url: "https://absent.invalid/"), within: .seconds(5))
            #expect(error == .couldNotConnect)
        }
    }
}
