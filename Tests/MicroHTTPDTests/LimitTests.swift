import MicroHTTPD
import TestSupport
import Testing

@Suite struct LimitTests {
    @Test(arguments: ["", "GET", "GET / HTTP/1.1\r\nHos"])
    func endsAHeaderThatDoesNotArriveInTime(start: String) async throws {
        var options = ServerOptions.loopback
        options.requestTimeout = .milliseconds(300)
        try await withServer(options) { server, _ in
            let client = try Client(port: server.port)
            client.send(start)
            #expect(await client.receiveAll() == "")
            #expect(await eventually { server.counts.open == 0 })
            #expect(server.counts.slowRequests == 1)
        }
    }

    @Test func endsAHeaderThatTricklesIn() async throws {
        var options = ServerOptions.loopback
        options.requestTimeout = .milliseconds(400)
        try await withServer(options) { server, _ in
            let client = try Client(port: server.port)
            let start = ContinuousClock.now
            client.send("GET / HTTP/1.1\r\n")
            let isGone = await eventually {
                client.send("a")
                return server.counts.open == 0
            }
            #expect(isGone)
            #expect(start.duration(to: .now) < .seconds(5))
        }
    }

    /// The request line is never complete, so the library does not call back for it.
    @Test func endsARequestLineThatTricklesInOnAKeptConnection() async throws {
        var options = ServerOptions.loopback
        options.requestTimeout = .milliseconds(500)
        try await withServer(options) { server, _ in
            let client = try Client(port: server.port)
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.receive { $0.contains("host=h") }.statuses == [200])
            let start = ContinuousClock.now
            client.send("GET /")
            var next = start
            let isGone = await eventually {
                if next < .now {
                    client.send("a")
                    next += .milliseconds(20)
                }
                return server.counts.open == 0
            }
            #expect(isGone)
            #expect(start.duration(to: .now) < .seconds(4))
            #expect(server.counts.slowRequests == 1)
        }
    }

    @Test func keepsBusyAndIdleConnectionsLongerThanARequestMayTake() async throws {
        var options = ServerOptions.loopback
        options.requestTimeout = .seconds(1)
        try await withServer(options) { server, _ in
            let idle = try Client(port: server.port)
            idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await idle.receive { $0.contains("host=h") }.statuses == [200])
            let start = ContinuousClock.now
            let busy = try Client(port: server.port)
            while start.duration(to: .now) < .seconds(3) {
                busy.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(await busy.receive { $0.contains("host=h") }.statuses == [200])
            }
            #expect(server.counts.open == 2)
            idle.send("GET /again HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(await idle.receiveAll().statuses == [200])
        }
    }

    @Test func endsAConnectionWhoseClientTakesNoReplies() async throws {
        var options = ServerOptions.loopback
        options.idleTimeout = .seconds(1)
        try await withServer(options) { server, _ in
            let client = try Client(port: server.port)
            let echo = String(repeating: "a", count: 8_000)
            #expect(await eventually { server.counts.open == 1 })
            let sending = Task.detached {
                while server.counts.slowReplies == 0, server.counts.open > 0 {
                    client.send("GET / HTTP/1.1\r\nHost: h\r\nX-Echo: \(echo)\r\n\r\n")
                }
            }
            #expect(await eventually { server.counts.slowReplies == 1 })
            #expect(await eventually { server.counts.open == 0 })
            await sending.value
        }
    }

    @Test func endsAnIdleConnection() async throws {
        var options = ServerOptions.loopback
        options.idleTimeout = .seconds(1)
        try await withServer(options) { server, _ in
            let client = try Client(port: server.port)
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.receiveAll().statuses == [200])
            #expect(server.counts.idle == 1)
        }
    }

    @Test func refusesALongTargetAndManyFields() async throws {
        try await withServer { server, _ in
            let longTarget = try Client(port: server.port)
            longTarget.send("GET /\(String(repeating: "a", count: 10_000)) HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await longTarget.receiveAll().statuses == [414])
            let manyFields = try Client(port: server.port)
            manyFields.send("GET / HTTP/1.1\r\nHost: h\r\n\((1...200).map { "X-\($0): y\r\n" }.joined())\r\n")
            #expect(await manyFields.receiveAll().statuses == [431])
        }
    }

    @Test func servesTheNextClientWhenAPlaceBecomesFree() async throws {
        var options = ServerOptions.loopback
        options.connections = 2
        try await withServer(options) { server, _ in
            var first: Client? = try Client(port: server.port)
            let second = try Client(port: server.port)
            #expect(await eventually { server.counts.open == 2 })
            let third = try Client(port: server.port)
            third.send("GET /third HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            first?.finishSending()
            first = nil
            #expect(await third.receiveAll().contains("/third"))
            withExtendedLifetime(second) {}
        }
    }
}
