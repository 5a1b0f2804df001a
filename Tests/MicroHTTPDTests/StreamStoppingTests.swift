import HTTPExchange
import MicroHTTPD
import Synchronization
import TestSupport
import Testing

/// A stop ends the streams, and does not hang or abort the process because of one.
@Suite struct StreamStoppingTests {
    private static let request = "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func endsFiftyStreamsWithTheirLastChunk() async throws {
        let streams = (0..<50).map { TestStream(["\($0)"]) }
        let next = Atomic(0)
        var options = ServerOptions.loopback
        options.threads = 2
        let handler = EchoHandler { _ in streams[next.add(1, ordering: .relaxed).oldValue] }
        let server = try HTTPServer(options: options, handler: handler)
        let clients = try streams.map { _ in try Client(port: server.port) }
        for client in clients { client.send(Self.request) }
        #expect(await eventually { streams.allSatisfy { $0.count(of: .next) > 1 } })
        let asked = streams.map { $0.count(of: .next) }
        let readers = streams.compactMap(\.reader)
        let start = ContinuousClock.now
        await server.stop(within: .seconds(60))
        #expect(start.duration(to: .now) < .seconds(5))
        for client in clients { #expect(await client.receiveAll().hasSuffix("\r\n0\r\n\r\n")) }
        #expect(streams.map { $0.count(of: .next) } == asked)
        #expect(streams.allSatisfy { $0.count(of: .end) == 1 })
        #expect(handler.ends.count == 50 && handler.ends.allSatisfy(\.wasSent))
        for reader in readers { reader.wake() }
    }

    @Test func readsNoStreamThatBeginsAfterwards() async throws {
        let handler = EchoHandler()
        let server = try HTTPServer(handler: handler)
        let client = try Client(port: server.port)
        client.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(await eventually { handler.heldCount == 1 })
        async let stopped: Void = server.stop(within: .seconds(60))
        #expect(await eventually { (try? Client(port: server.port)) == nil })
        let stream = TestStream(["content"])
        #expect(handler.release { EchoHandler.reply(streaming: stream) } == 1)
        let reply = await client.receiveAll()
        #expect(reply.contains("Connection: close") && reply.hasSuffix("\r\n\r\n0\r\n\r\n"))
        await stopped
        #expect(stream.calls == [])
    }

    @Test func finishesThePieceThatIsBeingSent() async throws {
        let piece = String(repeating: "0123456789", count: 100_000)
        let stream = TestStream([piece, "never"])
        let server = try HTTPServer(handler: EchoHandler { _ in stream })
        let client = try Client(port: server.port, receiveBuffer: 4_096)
        client.send(Self.request)
        #expect(await eventually { stream.count(of: .next) == 1 })
        async let stopped: Void = server.stop(within: .seconds(60))
        #expect(await eventually { (try? Client(port: server.port)) == nil })
        let reply = String(decoding: await client.receiveAllBytes(), as: UTF8.self)
        #expect(reply.hasSuffix("\r\n0\r\n\r\n"))
        #expect(reply.utf8.count { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } > 1_000_000)
        #expect(!reply.contains("never"))
        await stopped
        #expect(stream.calls == [.begin, .next, .end])
    }

    @Test func waitsForAClientThatDoesNotReadNoLongerThanItsGrace() async throws {
        let stream = EndlessStream(bytes: 100_000)
        let server = try HTTPServer(handler: EchoHandler { _ in stream })
        let client = try Client(port: server.port, receiveBuffer: 4_096)
        client.send(Self.request)
        #expect(await eventually { server.counts.streams == 1 })
        let start = ContinuousClock.now
        await server.stop(within: .milliseconds(500))
        #expect(start.duration(to: .now) < .seconds(4))
        #expect(stream.endCount.load(ordering: .relaxed) == 1)
        withExtendedLifetime(client) {}
    }

    /// Streams are suspended and resumed at every moment of the stop.
    @Test func stopsWhileStreamsAreWoken() async throws {
        for _ in 1...4 {
            let streams = (0..<20).map { _ in LatestNumber() }
            let next = Atomic(0)
            var options = ServerOptions.loopback
            options.threads = 2
            let server = try HTTPServer(
                options: options, handler: EchoHandler { _ in streams[next.add(1, ordering: .relaxed).oldValue] })
            let clients = try streams.map { _ in try Client(port: server.port) }
            for client in clients { client.send(Self.request) }
            #expect(await eventually { server.counts.streams == streams.count })
            let hasStopped = Atomic(false)
            async let woken: Void = onThreads(2) { thread in
                while !hasStopped.load(ordering: .relaxed) {
                    for stream in streams[(thread * 10)...].prefix(10) { stream.advance() }
                }
            }
            let replies = clients.map { client in Task { await client.receiveAllBytes() } }
            await server.stop(within: .seconds(60))
            hasStopped.store(true, ordering: .relaxed)
            await woken
            for reply in replies { #expect(await reply.value.suffix(5) == Array("0\r\n\r\n".utf8)[...]) }
        }
    }
}
