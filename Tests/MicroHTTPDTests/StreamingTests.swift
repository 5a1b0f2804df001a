import Dispatch
import Foundation
import HTTPExchange
import MicroHTTPD
import Synchronization
import TestSupport
import Testing

@Suite struct StreamingTests {
    private static let request = "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n"

    /// A server without heartbeats, whose requests for `/stream` get this content.
    private func withStream<Stream: ContentStream>(
        _ stream: Stream, _ change: (inout ServerOptions) -> Void = { _ in },
        _ body: (HTTPServer, EchoHandler, Stream) async throws -> Void
    ) async throws {
        var options = ServerOptions.loopback
        options.heartbeat = .seconds(3_600)
        change(&options)
        try await withServer(options, handler: EchoHandler { _ in stream }) { try await body($0, $1, stream) }
    }

    /// The content of a reply in chunks, and whether its last chunk has come.
    private func content(of reply: String) throws -> (text: String, isWhole: Bool) {
        let end = try #require(reply.firstRange(of: "\r\n\r\n"))
        var rest = reply.utf8[end.upperBound...]
        var content: [UInt8] = []
        while let lineEnd = rest.firstRange(of: "\r\n".utf8) {
            let size = try #require(Int(Substring(rest[..<lineEnd.lowerBound]), radix: 16))
            rest = rest[lineEnd.upperBound...]
            guard rest.count >= size + 2 else { break }
            content += rest.prefix(size)
            #expect(rest.dropFirst(size).prefix(2).elementsEqual("\r\n".utf8))
            rest = rest.dropFirst(size + 2)
            if size == 0 { return (String(decoding: content, as: UTF8.self), true) }
        }
        return (String(decoding: content, as: UTF8.self), false)
    }

    @Test func sendsPiecesInOrderAndKeepsTheConnection() async throws {
        try await withStream(TestStream(["first", "second"])) { server, handler, stream in
            let client = try Client(port: server.port)
            client.send(Self.request)
            let start = await client.receive { $0.hasSuffix("second\r\n") }
            #expect(server.counts.streams == 1)
            stream.add(.content(Body("third")))
            stream.add(.end)
            let reply = start + (await client.receive { $0.hasSuffix("0\r\n\r\n") })
            #expect(reply.contains("Transfer-Encoding: chunked\r\n"))
            #expect(reply.contains("\r\n\r\n5\r\nfirst\r\n6\r\nsecond\r\n5\r\nthird\r\n0\r\n\r\n"))
            client.send("GET /after HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.receive { $0.contains("/after") }.statuses == [200])
            let calls = stream.calls
            #expect((calls.first, calls.last) == (.begin, .end))
            #expect(stream.count(of: .begin) == 1 && stream.count(of: .end) == 1)
            #expect(server.counts.streams == 0)
            #expect(handler.ends.map(\.wasSent) == [true])
        }
    }

    @Test func answersARequestThatCameWithTheStream() async throws {
        try await withStream(TestStream(["content"])) { server, _, stream in
            let client = try Client(port: server.port)
            client.send(Self.request)
            #expect(await client.receive { $0.hasSuffix("content\r\n") }.statuses == [200])
            client.send("GET /after HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            stream.add(.end)
            let rest = await client.receiveAll()
            #expect(rest.hasPrefix("0\r\n\r\n") && rest.hasSuffix("GET /after host=h echo="))
        }
    }

    @Test func streamsWhatCameLater() async throws {
        try await withServer { server, handler in
            let stream = TestStream(["late"])
            let client = try Client(port: server.port)
            client.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await eventually { handler.heldCount == 1 })
            #expect(handler.release { EchoHandler.reply(streaming: stream) } == 1)
            #expect(await client.receive { $0.hasSuffix("late\r\n") }.statuses == [200])
            stream.add(.end)
            #expect(await client.receive { $0.hasSuffix("0\r\n\r\n") } == "0\r\n\r\n")
        }
    }

    @Test func sendsTheHeadBeforeTheFirstPiece() async throws {
        try await withStream(TestStream()) { server, _, _ in
            let client = try Client(port: server.port)
            client.send(Self.request)
            #expect(await client.receive { $0.hasSuffix("\r\n\r\n") }.statuses == [200])
        }
    }

    @Test func leavesHeadWithoutAnyCall() async throws {
        try await withStream(TestStream(["content"])) { server, _, stream in
            let client = try Client(port: server.port)
            client.send("HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n")
            let reply = await client.receiveAll()
            // The library would send the last chunk of a body that there is not, and the next reply after that.
            #expect(reply.statuses == [200] && reply.hasSuffix("\r\n\r\n"))
            #expect(reply.contains("Connection: close") && !reply.contains("\r\n0\r\n"))
            #expect(stream.calls == [])
            #expect(server.counts.streams == 0)
        }
    }

    @Test func closesAStreamOfHTTP10AtItsEnd() async throws {
        let long = String(repeating: "long", count: 1_000)
        try await withStream(TestStream(["first", long])) { server, handler, stream in
            let client = try Client(port: server.port)
            client.send("GET /stream HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n")
            let start = await client.receive { $0.hasSuffix(long) }
            stream.add(.content(Body("last")))
            stream.add(.end)
            let reply = start + (await client.receiveAll())
            #expect(reply.contains("Connection: close\r\n") && !reply.contains("chunked"))
            #expect(reply.hasSuffix("\r\n\r\nfirst\(long)last"))
            #expect(await eventually { handler.ends.count == 1 })
            #expect(handler.ends.map(\.wasSent) == [true])
        }
    }

    @Test func sendsAPieceThatIsLargerThanTheBuffer() async throws {
        let piece = String((0..<200_000).flatMap { "\($0)," })
        try await withStream(TestStream([piece, "after"])) { server, _, stream in
            stream.add(.end)
            let client = try Client(port: server.port)
            client.send("GET /stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            let received = try content(of: String(decoding: await client.receiveAllBytes(), as: UTF8.self))
            #expect(received.text == piece + "after")
            #expect(received.isWhole)
        }
    }

    @Test func keepsWhatTheStreamWroteDown() async throws {
        let handler = EchoHandler { record in
            TestStream(["a", "b"]) { record.amend(elapsed: 10, contentLength: 20, events: 30) }
        }
        try await withServer(handler: handler) { server, _ in
            var client: Client? = try Client(port: server.port)
            client?.send(Self.request)
            #expect(await client?.receive { $0.contains("b\r\n") }.statuses == [200])
            #expect(handler.ends.isEmpty)
            client?.reset()
            client = nil
            #expect(await eventually { !handler.ends.isEmpty })
            let end = try #require(handler.ends.first)
            #expect((end.contents.elapsed, end.contents.contentLength, end.contents.events) == (10, 20, 30))
            #expect(end.contents.number == 1 && end.contents.status == 200 && !end.wasSent)
        }
    }

    /// The stream has found nothing when another thread has something and wakes the server, which has not suspended the
    /// connection yet.
    @Test func asksAgainAfterAWakeDuringTheQuestion() async throws {
        let stream = TestStream()
        stream.afterQuestion = {
            stream.afterQuestion = nil
            let hasAdded = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                stream.add(.content(Body("in between")))
                hasAdded.signal()
            }
            hasAdded.wait()
        }
        try await withStream(stream) { server, _, _ in
            let client = try Client(port: server.port)
            client.send(Self.request)
            #expect(await client.receive { $0.hasSuffix("in between\r\n") }.contains("in between"))
        }
    }

    /// A wake can come at any time: while the stream is asked, between the question and the suspension, after it. The next
    /// number comes when the last one was taken and a moment later, so one lost wake ends the test.
    @Test func losesNoWake() async throws {
        let streams = (0..<4).map { _ in LatestNumber() }
        let next = Atomic(0)
        var options = ServerOptions.loopback
        (options.heartbeat, options.threads) = (.seconds(3_600), 2)
        let handler = EchoHandler { _ in streams[next.add(1, ordering: .relaxed).oldValue] }
        try await withServer(options, handler: handler) { server, _ in
            let received = try streams.map { _ in
                let client = try Client(port: server.port)
                client.send("GET /stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                return Task { String(decoding: await client.receiveAllBytes(), as: UTF8.self) }
            }
            #expect(await eventually { server.counts.streams == streams.count })
            let lost = Atomic(0)
            await onThreads(streams.count) { thread in
                var random = SplitMix64(seed: UInt64(thread))
                for _ in 1...25_000 where lost.load(ordering: .relaxed) == 0 {
                    let moment = ContinuousClock.now + .microseconds(random.below(40))
                    while ContinuousClock.now < moment {}
                    streams[thread].advance()
                    if !streams[thread].waitUntilTaken() { lost.add(1, ordering: .relaxed) }
                }
                streams[thread].finish()
            }
            #expect(lost.load(ordering: .relaxed) == 0)
            for reply in received {
                let numbers = try content(of: await reply.value).text.split(separator: "\n").compactMap { Int($0) }
                #expect(numbers.count == 25_000 && numbers.last == 25_000)
            }
        }
    }

    @Test func wakesFromSeveralThreadsResumeOnce() async throws {
        try await withStream(LatestNumber(), { $0.threads = 2 }) { server, _, stream in
            let client = try Client(port: server.port)
            client.send("GET /stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            async let received = client.receiveAllBytes()
            #expect(await eventually { server.counts.streams == 1 })
            await onThreads(4) { _ in for _ in 1...25_000 { stream.advance() } }
            stream.finish()
            let text = try content(of: String(decoding: await received, as: UTF8.self)).text
            let numbers = text.split(separator: "\n").compactMap { Int($0) }
            #expect(numbers.last == 100_000)
            #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    @Test func skipsWhatASlowReaderDidNotTake() async throws {
        try await withStream(LatestNumber(width: 999)) { server, _, stream in
            let client = try Client(port: server.port, receiveBuffer: 4_096)
            client.send("GET /stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(await eventually { server.counts.streams == 1 })
            for _ in 1...20_000 { stream.advance() }
            stream.finish()
            let text = try content(of: String(decoding: await client.receiveAllBytes(), as: UTF8.self)).text
            let numbers = text.split(separator: "\n").compactMap { Int($0) }
            #expect(numbers.last == 20_000)
            #expect(numbers.count < 200)
        }
    }

    @Test func asksAgainAfterASilence() async throws {
        let stream = TestStream(heartbeat: "beat")
        try await withStream(stream, { $0.heartbeat = .milliseconds(300) }) { server, _, stream in
            let client = try Client(port: server.port)
            let start = ContinuousClock.now
            client.send(Self.request)
            let reply = await client.receive { $0.components(of: "beat") == 3 }
            #expect(reply.components(of: "beat") == 3)
            #expect(start.duration(to: .now) >= .milliseconds(600))
            #expect(stream.count(of: .silence) >= 3)
            #expect(!stream.calls.contains(.end))
        }
    }

    /// The idle limit, and with it the library's own limit of three seconds more, is shorter than the silence.
    @Test func keepsAHealthyStreamLongerThanTheIdleLimit() async throws {
        try await withStream(TestStream(), { $0.idleTimeout = .milliseconds(500) }) { server, _, stream in
            let client = try Client(port: server.port)
            client.send(Self.request)
            #expect(await client.receive { $0.hasSuffix("\r\n\r\n") }.statuses == [200])
            try await Task.sleep(for: .seconds(5))
            stream.add(.content(Body("still here")))
            #expect(await client.receive { $0.hasSuffix("still here\r\n") } == "A\r\nstill here\r\n")
        }
    }

    @Test func keepsAClientThatTakesItSlowly() async throws {
        try await withStream(EndlessStream(bytes: 50_000), { $0.idleTimeout = .seconds(2) }) { server, _, _ in
            let client = try Client(port: server.port, receiveBuffer: 65_536)
            client.send(Self.request)
            #expect(await client.receiveSlowly(atMost: 8_192, everyMilliseconds: 10, times: 600) == 600)
            #expect(server.counts.streams == 1 && server.counts.slowStreams == 0)
        }
    }

    @Test func endsAStreamWhoseClientTakesNothing() async throws {
        let logged = Lines()
        try await withStream(EndlessStream(bytes: 50_000)) {
            ($0.idleTimeout, $0.log) = (.seconds(1), logged.add)
        } _: { server, handler, stream in
            let client = try Client(port: server.port, receiveBuffer: 4_096)
            client.send(Self.request)
            #expect(await eventually { server.counts.slowStreams == 1 })
            #expect(await eventually { server.counts.open == 0 })
            #expect(stream.endCount.load(ordering: .relaxed) == 1)
            #expect(handler.ends.map(\.wasSent) == [false])
            #expect(server.counts.streams == 0 && server.counts.slowReplies == 0 && server.counts.vanishedStreams == 0)
            #expect(logged.all == [])
            withExtendedLifetime(client) {}
        }
    }

    @Test func endsAStreamWhoseClientHasVanished() async throws {
        let (heartbeat, logged) = (Duration.seconds(1), Lines())
        try await withStream(TestStream(["first"], heartbeat: "beat")) {
            ($0.heartbeat, $0.log) = (heartbeat, logged.add)
        } _: { server, _, stream in
            let client = try Client(port: server.port)
            client.send(Self.request)
            #expect(await client.receive { $0.hasSuffix("first\r\n") }.statuses == [200])
            client.vanish()
            let start = ContinuousClock.now
            #expect(await eventually { server.counts.vanishedStreams == 1 })
            // Two heartbeats, the time between two passes after each, and what other tests take.
            #expect(start.duration(to: .now) < heartbeat * 2 + .seconds(4))
            #expect(await eventually { server.counts.open == 0 })
            #expect(stream.count(of: .end) == 1)
            #expect(logged.all == [])
        }
    }

    enum Departure: CaseIterable {
        case halfClose, close, reset
    }

    @Test(arguments: Departure.allCases, [0, 10])
    func noticesADeparture(_ departure: Departure, pieces: Int) async throws {
        let logged = Lines()
        let stream = TestStream((0..<pieces).map { "\($0)" })
        try await withStream(stream, { $0.log = logged.add }) { server, handler, stream in
            var client: Client? = try Client(port: server.port)
            client?.send(Self.request)
            #expect(await eventually { stream.count(of: .next) > pieces })
            let reader = try #require(stream.reader)
            let start = ContinuousClock.now
            switch departure {
            case .halfClose: client?.finishSending()
            case .reset:
                client?.reset()
                client = nil
            case .close: client = nil
            }
            #expect(await eventually { server.counts.open == 0 })
            // Three passes, and what other tests take.
            #expect(start.duration(to: .now) < .seconds(4))
            #expect(stream.count(of: .end) == 1)
            #expect(handler.ends.map(\.wasSent) == [false])
            #expect(logged.all == [])
            reader.wake()
            if let client {
                let reply = await client.receiveAll()
                let received = try content(of: reply)
                #expect(received.text == (0..<pieces).map { "\($0)" }.joined() && !received.isWhole)
            }
        }
    }

    @Test func leavesNothingOfTwoThousandStreamsThatEndAtOnce() async throws {
        let ended = Atomic(0)
        var options = ServerOptions.loopback
        (options.connections, options.threads, options.heartbeat) = (2_100, 2, .seconds(1))
        let handler = EchoHandler { _ in
            TestStream(["first"], heartbeat: "beat") { ended.add(1, ordering: .relaxed) }
        }
        try await withServer(options, handler: handler) { server, _ in
            var clients = try (0..<2_000).map { _ in try Client(port: server.port) }
            for client in clients { client.send(Self.request) }
            #expect(await eventually { server.counts.streams == 2_000 })
            let vanished = Array(clients.suffix(500))
            for client in vanished { client.vanish() }
            for client in clients.prefix(750) { client.reset() }
            clients = []
            #expect(await eventually { server.counts.open == 0 })
            #expect(server.counts.streams == 0 && server.counts.vanishedStreams == vanished.count)
            #expect(ended.load(ordering: .relaxed) == 2_000)
        }
    }

    /// The library's memory for a connection is written to zeros after each request: 32 KiB.
    @Test(.disabled(if: ProcessStatus.isSanitized, "skipped: a sanitizer's shadow would be measured"))
    func takesLittleMemoryWhileAStreamHasNothing() async {
        await #expect(processExitsWith: .success) {
            var options = ServerOptions.loopback
            (options.connections, options.heartbeat) = (2_100, .seconds(3_600))
            let handler = EchoHandler { _ in TestStream(["first"]) }
            try await withServer(options, handler: handler) { server, _ in
                let clients = try (0..<2_000).map { _ in try Client(port: server.port) }
                let before = ProcessStatus.residentBytes
                for client in clients { client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n") }
                for client in clients { #expect(client.read(atMost: 1_000).count > 0) }
                for client in clients { client.send(Self.request) }
                for client in clients { #expect(client.read(atMost: 1_000).count > 0) }
                #expect(await eventually { server.counts.streams == clients.count })
                let bytes = (ProcessStatus.residentBytes - before) / clients.count
                #expect(bytes < 16_384)
            }
        }
    }
}
