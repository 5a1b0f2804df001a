import Glibc
import HTTPExchange
import MicroHTTPD
import TestSupport
import Testing

@Suite struct ThreadSignsTests {
    private func options(threads: Int) -> ServerOptions {
        var options = ServerOptions.loopback
        (options.threads, options.livenessTarget) = (threads, "/alive")
        return options
    }

    /// Asks every 50 ms, so often.
    private func answers(of server: HTTPServer, times: Int) async throws -> [Bool] {
        var answers: [Bool] = []
        for _ in 0..<times {
            answers.append(server.isTurning)
            try await Task.sleep(for: .milliseconds(50))
        }
        return answers
    }

    @Test(arguments: [1, 2, 5])
    func threadsThatTurnSaySo(threads: Int) async throws {
        var options = options(threads: threads)
        // Its own connections are no client's, and need no place.
        (options.perAddress, options.connections) = (1, 1)
        try await withServer(options) { server, _ in
            let client = try Client(port: server.port)
            client.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await answers(of: server, times: 80).allSatisfy { $0 })
            #expect(await eventually { server.counts.open == 1 })
            #expect(server.counts.accepted == 1)
        }
    }

    /// Which thread a request blocks depends on the number of its connection's descriptor. Each client that stays open moves that on.
    @Test func noticesEachThreadOfTheLibraryThatHangs() async throws {
        try await withServer(options(threads: 3)) { server, handler in
            #expect(server.isTurning)
            var noticed: Set<pthread_t> = []
            var clients: [Client] = []
            while noticed.count < 3, clients.count < 100 {
                let client = try Client(port: server.port)
                clients.append(client)
                client.send("GET /blocking HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                #expect(await eventually { handler.blockedThreads.count == clients.count })
                if let thread = handler.blockedThreads.last, noticed.insert(thread).inserted {
                    #expect(await eventually { !server.isTurning })
                }
                handler.unblock()
                #expect(await client.receiveAll().statuses == [200])
                #expect(await eventually { server.isTurning })
            }
            #expect(noticed.count == 3)
        }
    }

    @Test func whatHasStoppedCannotHang() async throws {
        let server = try HTTPServer(options: options(threads: 2), handler: EchoHandler())
        #expect(server.isTurning)
        await server.stop(within: .zero)
        #expect(server.isTurning)
    }

    @Test func turnsWhileItStops() async throws {
        let handler = EchoHandler()
        let server = try HTTPServer(options: options(threads: 2), handler: handler)
        let client = try Client(port: server.port)
        client.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(await eventually { handler.heldCount == 1 })
        async let stop: Void = server.stop(within: .seconds(30))
        #expect(try await answers(of: server, times: 100).allSatisfy { $0 })
        handler.release()
        await stop
        #expect(await client.receiveAll().statuses == [200])
    }
}
