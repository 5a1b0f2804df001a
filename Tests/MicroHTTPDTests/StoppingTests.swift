import HTTPExchange
import MicroHTTPD
import TestSupport
import Testing

@Suite struct StoppingTests {
    @Test func letsAnAcceptedRequestFinishAndSaysClose() async throws {
        let handler = EchoHandler()
        let server = try HTTPServer(handler: handler)
        let client = try Client(port: server.port)
        client.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(await eventually { handler.heldCount == 1 })
        async let stopped: Void = server.stop(within: .seconds(10))
        #expect(await eventually { (try? Client(port: server.port)) == nil })
        #expect(handler.release() == 1)
        let reply = await client.receiveAll()
        #expect(reply.statuses == [200])
        #expect(reply.contains("Connection: close"))
        await stopped
    }

    @Test func answersRequestsThatStillWaitAtTheEnd() async throws {
        let handler = EchoHandler()
        let server = try HTTPServer(handler: handler)
        let clients = try (1...20).map { _ in try Client(port: server.port) }
        for client in clients { client.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n") }
        #expect(await eventually { handler.heldCount == 20 })
        let start = ContinuousClock.now
        await server.stop(within: .milliseconds(200))
        #expect(start.duration(to: .now) < .seconds(3))
        for client in clients { #expect(await client.receiveAll().statuses == [503]) }
        #expect(handler.release() == 0)
    }

    @Test func waitsForPreparedRepliesHoweverLongTheyTakeToBeSent() async throws {
        let (handler, logged) = (EchoHandler(), Lines())
        var options = ServerOptions.loopback
        options.log = logged.add
        let server = try HTTPServer(options: options, handler: handler)
        let clients = try (1...3).map { _ in try Client(port: server.port) }
        for client in clients { client.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n") }
        #expect(await eventually { handler.heldCount == 3 })
        let replies = handler.prepare()
        let stopping = Task {
            await server.stop(within: .zero)
            return ContinuousClock.now
        }
        #expect(await eventually { !logged.all.isEmpty })
        let sending = ContinuousClock.now
        for reply in replies { reply.send() }
        #expect(await stopping.value >= sending)
        #expect(
            logged.all == [
                "the stop waits for 3 requests without a reply (a held request, a held request, a held request) "
                    + "and for 0 replies that clients have not read"
            ])
        for client in clients { #expect(await client.receiveAll().statuses == [200]) }
    }

    @Test func endsWaitsForAChangeAtOnceWhenItStops() async throws {
        let handler = EchoHandler()
        let server = try HTTPServer(handler: handler)
        let clients = try (1...3).map { _ in try Client(port: server.port) }
        for client in clients.prefix(2) { client.send("GET /watch HTTP/1.1\r\nHost: h\r\n\r\n") }
        clients[2].send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(await eventually { handler.heldCount == 3 })
        async let stopped: Void = server.stop(within: .seconds(60))
        for client in clients.prefix(2) {
            let reply = await client.receiveAll()
            #expect(reply.statuses == [503])
            #expect(reply.contains("Connection: close"))
        }
        #expect(handler.release() == 1)
        #expect(await clients[2].receiveAll().statuses == [200])
        await stopped
    }

    @Test func endsItsGraceWhenItsTaskIsCancelled() async throws {
        let handler = EchoHandler()
        let server = try HTTPServer(handler: handler)
        let client = try Client(port: server.port)
        client.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(await eventually { handler.heldCount == 1 })
        let start = ContinuousClock.now
        let stopping = Task { await server.stop(within: .seconds(60)) }
        #expect(await eventually { (try? Client(port: server.port)) == nil })
        stopping.cancel()
        #expect(await client.receiveAll().statuses == [503])
        await stopping.value
        #expect(start.duration(to: .now) < .seconds(5))
    }

    @Test func answersTheFirstRequestOfAConnectionThatIsNewWhenItStops() async throws {
        let server = try HTTPServer(handler: EchoHandler())
        let client = try Client(port: server.port)
        client.send("GET /late HTTP/1.1\r\nHost: h\r\n\r\n", afterMilliseconds: 700)
        #expect(await eventually { server.counts.open == 1 })
        async let stopped: Void = server.stop(within: .seconds(10))
        #expect(await client.receiveAll().contains("/late"))
        await stopped
    }

    @Test func answersARequestOfWhichAPartHasComeWhenItStops() async throws {
        let server = try HTTPServer(handler: EchoHandler())
        let client = try Client(port: server.port)
        client.send("GET /first HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(await client.receive { $0.contains("host=h") }.statuses == [200])
        client.send("GET /second HTTP/1.1\r\nHo")
        client.send("st: h\r\n\r\n", afterMilliseconds: 700)
        await server.stop(within: .seconds(10))
        #expect(await client.receiveAll().contains("/second"))
    }

    /// There was no place for it, so that it waits in the kernel when the server stops.
    @Test func answersAConnectionThatTheKernelHasAccepted() async throws {
        var options = ServerOptions.loopback
        options.connections = 1
        let handler = EchoHandler()
        let server = try HTTPServer(options: options, handler: handler)
        let first = try Client(port: server.port)
        first.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(await eventually { handler.heldCount == 1 })
        let waiting = try Client(port: server.port)
        waiting.send("GET /waiting HTTP/1.1\r\nHost: h\r\n\r\n")
        async let stopped: Void = server.stop(within: .seconds(10))
        #expect(await waiting.receive { $0.contains("GET /waiting") }.statuses == [200])
        #expect(handler.release() == 1)
        #expect(await first.receiveAll().statuses == [200])
        await stopped
    }

    @Test func stopsWithIdleConnectionsOpen() async throws {
        let server = try HTTPServer(handler: EchoHandler())
        let client = try Client(port: server.port)
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(await client.receive { $0.contains("host=h") }.statuses == [200])
        await server.stop(within: .seconds(5))
        #expect(await client.receiveAll() == "")
    }

    @Test func answersRequestsOnOldConnectionsWhileItStops() async throws {
        let handler = EchoHandler()
        let server = try HTTPServer(handler: handler)
        let clients = try (1...30).map { _ in try Client(port: server.port) }
        for client in clients {
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.receive { $0.contains("host=h") }.statuses == [200])
        }
        clients[0].send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(await eventually { handler.heldCount == 1 })
        async let stopped: Void = server.stop(within: .milliseconds(100))
        // The first client gets its reply when the time is up; the others send their requests after that.
        #expect(await clients[0].receiveAll().statuses == [503])
        for client in clients.dropFirst() {
            client.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n")
            let reply = await client.receiveAll()
            #expect(reply.isEmpty || reply.statuses == [503])
        }
        await stopped
    }
}
