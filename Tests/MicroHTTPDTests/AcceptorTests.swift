import HTTPExchange
import MicroHTTPD
import TestSupport
import Testing

@Suite struct AcceptorTests {
    @Test func closesAConnectionBeyondTheLimitAtOnce() async throws {
        var options = ServerOptions.loopback
        options.perAddress = 2
        let logged = Lines()
        options.log = logged.add
        try await withServer(options) { server, _ in
            var first: Client? = try Client(port: server.port)
            let second = try Client(port: server.port)
            #expect(await eventually { server.counts.open == 2 })
            let third = try Client(port: server.port)
            #expect(await third.receiveAll() == "")
            #expect(server.counts.refused == 1)
            first?.finishSending()
            first = nil
            #expect(await eventually { server.counts.open == 1 })
            let fourth = try Client(port: server.port)
            fourth.send("GET /fourth HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(await fourth.receiveAll().contains("/fourth"))
            #expect(server.counts.accepted == 3)
            #expect(logged.all == ["127.0.0.1 has 2 connections, as many as one address may have; more are closed"])
            withExtendedLifetime(second) {}
        }
    }

    @Test func setsNoLimitForAProxy() async throws {
        var options = ServerOptions.loopback
        options.perAddress = 1
        options.proxies = [try #require(AddressRange("127.0.0.0/8"))]
        try await withServer(options) { server, _ in
            let clients = try (1...5).map { _ in try Client(port: server.port) }
            #expect(await eventually { server.counts.open == 5 })
            #expect(server.counts.refused == 0)
            withExtendedLifetime(clients) {}
        }
    }

    @Test func letsNewClientsWaitForAPlaceAndSaysSoOnce() async throws {
        var options = ServerOptions.loopback
        options.connections = 1
        let logged = Lines()
        options.log = logged.add
        let handler = EchoHandler()
        try await withServer(options, handler: handler) { server, _ in
            let first = try Client(port: server.port)
            first.send("GET /held HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(await eventually { handler.heldCount == 1 })
            let others = try (1...3).map { _ in try Client(port: server.port) }
            for other in others { other.send("GET /other HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n") }
            #expect(await eventually { !logged.all.isEmpty })
            #expect(server.counts.open == 1)
            handler.release()
            for other in others { #expect(await other.receiveAll().statuses == [200]) }
            #expect(server.counts.refused == 0)
            #expect(logged.all == ["all 1 connections are in use; new clients wait until one ends"])
        }
    }

    @Test func endsIdleConnectionsWhileNewOnesWait() async throws {
        var options = ServerOptions.loopback
        options.connections = 8
        try await withServer(options) { server, _ in
            let idle = try (1...4).map { _ in try Client(port: server.port) }
            for client in idle {
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(await client.receive { $0.contains("host=h") }.statuses == [200])
            }
            let silent = try (1...4).map { _ in try Client(port: server.port) }
            #expect(await eventually { server.counts.open == 8 })
            for _ in 1...8 {
                let start = ContinuousClock.now
                let client = try Client(port: server.port)
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(await client.receive { $0.contains("host=h") }.statuses == [200])
                #expect(start.duration(to: .now) < .seconds(4))
            }
            #expect(server.counts.idle > 0 && server.counts.slowRequests == 0)
            withExtendedLifetime((idle, silent)) {}
        }
    }

    /// The library is too slow to read them: what has come from a client is in its socket.
    @Test func endsNoConnectionThatHasBroughtARequestWhileNewOnesWait() async throws {
        var options = ServerOptions.loopback
        (options.connections, options.threads) = (21, 1)
        try await withServer(options) { server, handler in
            let clients = try (1...20).map { _ in try Client(port: server.port) }
            for client in clients[..<10] {
                client.send("GET /first HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(await client.receive { $0.contains("host=h") }.statuses == [200])
            }
            let blocking = try Client(port: server.port)
            blocking.send("GET /blocking HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(await eventually { handler.hasBlocked })
            let waiting = try Client(port: server.port)
            let (asking, silent) = (clients[5..<15], clients[..<5] + clients[15...])
            let request = "GET /second HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
            for client in asking + [waiting] { client.send(request) }
            for client in silent { #expect(await client.receiveAll() == "") }
            handler.unblock()
            for client in asking + [waiting, blocking] { #expect(await client.receiveAll().statuses == [200]) }
        }
    }
}
