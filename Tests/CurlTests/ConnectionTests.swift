import Curl
import Testing

/// Connections are kept, and may break at any byte of a response.
@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
    @Test func reusesAConnection() async throws {
        try await withServer(script: { _ in [.answer()] }) { client, server in
            for _ in 0..<20 { _ = try await client.get(server.origin) }
            #expect(server.accepted == 1)
        }
    }

    @Test func opensAConnectionOfItsOwnWhenToldAndKeepsIt() async throws {
        try await withServer(script: { _ in [.answer()] }) { client, server in
            _ = try await client.get(server.origin)
            let request = CurlRequest(url: server.origin, bypassesProxies: true, opensConnection: true)
            _ = try await client.perform(request, deadline: .now + .seconds(10))
            #expect(server.accepted == 2)
            for _ in 0..<3 { _ = try await client.get(server.origin) }
            #expect(server.accepted == 2)
        }
    }

    /// As after a device on the way has dropped all idle connections without a word.
    @Test func anAttemptAfterSilenceUsesNoneOfTheKeptConnections() async throws {
        let silent = 4
        let script: @Sendable (LoopbackServer.Request) -> [LoopbackServer.Step] = { request in
            request.connection < silent && request.number > 0 ? [.hang] : [.answer()]
        }
        try await withServer(script: script) { client, server in
            for _ in 0..<silent {
                let request = CurlRequest(url: server.origin, bypassesProxies: true, opensConnection: true)
                _ = try await client.perform(request, deadline: .now + .seconds(10))
            }
            let request = CurlRequest(url: server.origin, bypassesProxies: true)
            let error = await client.failure(request, within: .milliseconds(200))
            #expect(error == .timedOut(.awaitingResponse))
            let again = request.repeated(after: try #require(error))
            #expect(try await client.perform(again, deadline: .now + .seconds(10)).status == 200)
            #expect(server.accepted == silent + 1)
        }
    }

    @Test func opensAnotherAfterConnectionClose() async throws {
        try await withServer(script: { _ in [.answer(headers: "Connection: close\r\n"), .close] }) { client, server in
            for _ in 0..<3 { _ = try await client.get(server.origin) }
            #expect(server.accepted == 3)
        }
    }

    @Test(arguments: [LoopbackServer.Step.close, .reset])
    func repeatsARequestThatAKeptConnectionDidNotAnswer(ending: LoopbackServer.Step) async throws {
        try await withServer(script: { request in request.number == 0 ? [.answer()] : [ending] }) { client, server in
            for _ in 0..<20 {
                let request = CurlRequest(
                    method: "POST", url: server.origin, body: Array("{}".utf8), bypassesProxies: true)
                let response = try await client.perform(request, deadline: .now + .seconds(10))
                #expect(response.status == 200)
            }
            #expect(server.accepted == 20)
        }
    }

    @Test func survivesAServerThatClosesEachConnectionAsItIsUsedAgain() async throws {
        try await withServer(script: { _ in [.answer(), .close] }) { client, server in
            for _ in 0..<500 { _ = try await client.get(server.origin) }
            #expect(server.accepted == 500)
        }
    }

    @Test(arguments: [
        [LoopbackServer.Step.reset], [.close],
        [.send("HTTP/1.1 200 OK\r\nContent-"), .reset], [.send("HTTP/1.1 200 OK\r\nContent-"), .close],
        [.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"), .close],
        [.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"), .reset],
        [.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"), .close],
        [.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"), .reset],
        [.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"), .close],
        [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na"), .close],
        [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"), .close],
        [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), .close],
    ])
    func reportsABrokenResponse(steps: [LoopbackServer.Step]) async {
        await withServer(script: { _ in steps }) { client, server in
            #expect(await client.failure(server.origin) == .closedEarly)
        }
    }

    /// The system has no route for a TCP connection to all hosts of a network.
    @Test func reportsAMissingRoute() async {
        await withClient { client in
            let error = await client.failure("http://255.255.255.255:80/")
            #expect(error == .noRoute)
            #expect(error?.requestMayHaveArrived == false)
            #expect(error?.isTransient == true)
        }
    }

    @Test func reportsARefusedConnection() async {
        let (descriptor, port) = Socket.bind()
        defer { Socket.close(descriptor) }
        await withClient { client in
            let error = await client.failure("http://127.0.0.1:\(port)/")
            #expect(error == .couldNotConnect)
            #expect(error?.requestMayHaveArrived == false)
        }
    }

    /// The second name has a label of 64 letters: the resolver refuses it without a query (RFC 1035 §2.3.4).
    @Test(arguments: ["absent.invalid", "\(String(repeating: "a", count: 64)).invalid"])
    func reportsAnUnresolvableHost(host: String) async {
        await withClient(CurlOptions(connectTimeout: .seconds(10))) { client in
            #expect(await client.failure("http://\(host)/") == .couldNotResolve)
        }
    }
}
