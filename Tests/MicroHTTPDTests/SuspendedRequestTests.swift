import HTTPExchange
import MicroHTTPD
import TestSupport
import Testing

@Suite struct SuspendedRequestTests {
    private let held = "GET /held HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func resumesWithTheReply() async throws {
        try await withServer { server, handler in
            let client = try Client(port: server.port)
            client.send(held)
            #expect(await eventually { handler.heldCount == 1 })
            #expect(handler.release() == 1)
            #expect(await client.receive { $0.hasSuffix("released") }.statuses == [200])
        }
    }

    @Test func repliesBeforeTheSuspensionReturned() async throws {
        try await withServer { server, _ in
            let client = try Client(port: server.port)
            for _ in 1...200 {
                client.send("GET /instant HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(await client.receive { $0.hasSuffix("instant") }.statuses == [200])
            }
        }
    }

    @Test func answersClientsThatFinishedSendingBeforeTheyWaited() async throws {
        try await withServer { server, _ in
            let older = try Client(port: server.port)
            older.send("GET /older HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await older.receive { $0.contains("/older") }.statuses == [200])
            for _ in 1...100 {
                let client = try Client(port: server.port)
                client.send("GET /soon HTTP/1.1\r\nHost: h\r\n\r\n")
                client.finishSending()
                #expect(await client.receiveAll().statuses == [200])
            }
        }
    }

    @Test func expiresAtTheDeadlineAndIgnoresTheLateReply() async throws {
        try await withServer(handler: EchoHandler(deadline: .milliseconds(50))) { server, handler in
            let client = try Client(port: server.port)
            let start = ContinuousClock.now
            client.send(held)
            #expect(await client.receive { $0.hasSuffix("expired") }.statuses == [504])
            let elapsed = start.duration(to: .now)
            #expect(elapsed >= .milliseconds(50) && elapsed < .seconds(8))
            #expect(handler.release() == 0)
            client.send("GET /after HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.receive { $0.contains("/after") }.statuses == [200])
        }
    }

    @Test func takesTheDeadlineOfAWaitForAChange() async throws {
        try await withServer { server, handler in
            let client = try Client(port: server.port)
            let start = ContinuousClock.now
            client.send("GET /brief HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.receive { $0.hasSuffix("expired") }.statuses == [504])
            #expect(start.duration(to: .now) >= .milliseconds(20))
            #expect(handler.release() == 0)
        }
    }

    @Test func survivesClientsThatLeaveWhileTheyWait() async throws {
        try await withServer { server, handler in
            for _ in 1...50 {
                let client = try Client(port: server.port)
                client.send(held)
                #expect(await eventually { handler.heldCount == 1 })
                client.reset()
                #expect(await eventually { handler.release() == 1 })
            }
            #expect(await eventually { server.counts.open == 0 })
        }
    }

    @Test(arguments: [true, false])
    func freesThePlaceOfAClientThatLeft(isReset: Bool) async throws {
        try await withServer { server, handler in
            var client: Client? = try Client(port: server.port)
            client?.send(held)
            #expect(await eventually { handler.heldCount == 1 })
            if isReset { client?.reset() }
            client = nil
            #expect(await eventually { server.counts.open == 0 })
            #expect(handler.release() == 0)
        }
    }

    @Test func saysThatItWaitsNoLongerToAClientThatStillReads() async throws {
        try await withServer { server, _ in
            let client = try Client(port: server.port)
            client.send(held)
            client.finishSending()
            #expect(await client.receiveAll().statuses == [408])
        }
    }

    @Test func answersFiveHundredWaitersOfOneRelease() async throws {
        try await withServer { server, handler in
            let clients = try (1...500).map { _ in try Client(port: server.port) }
            for client in clients { client.send(held) }
            #expect(await eventually { handler.heldCount == 500 })
            #expect(handler.release() == 500)
            for client in clients { #expect(await client.receive { $0.hasSuffix("released") }.statuses == [200]) }
        }
    }
}
