import HTTPExchange
import MicroHTTPD
import TestSupport
import Testing

@Suite struct HTTPServerTests {
    /// As many connections as the library takes events at a time, or twice as many, bring a request together.
    @Test(arguments: [128, 256])
    func answersRequestsThatComeTogether(count: Int) async throws {
        try await withServer { server, handler in
            let clients = try (1...count).map { _ in try Client(port: server.port) }
            for client in clients { client.send("GET /first HTTP/1.1\r\nHost: h\r\n\r\n") }
            for client in clients { #expect(await client.receive { $0.contains("host=h") }.statuses == [200]) }
            let blocking = try Client(port: server.port)
            blocking.send("GET /blocking HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await eventually { handler.hasBlocked })
            for client in clients { client.send("GET /second HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n") }
            handler.unblock()
            for client in clients { try #require(await client.receiveAll().statuses == [200]) }
            withExtendedLifetime(blocking) {}
        }
    }

    private let get = "GET /a?b=c%20d HTTP/1.1\r\nHost: h\r\nX-Echo: e\r\n\r\n"

    @Test func answersSeveralRequestsOnOneConnection() async throws {
        try await withServer { server, _ in
            let client = try Client(port: server.port)
            for _ in 1...3 {
                client.send(get)
                let reply = await client.receive { $0.hasSuffix("echo=e") }
                #expect(reply.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(reply.contains("Content-Type: text/plain\r\n"))
                #expect(reply.hasSuffix("\r\n\r\nGET /a?b=c%20d host=h echo=e"))
                #expect(!reply.contains("Connection: close"))
            }
        }
    }

    @Test func answersAThousandPipelinedRequestsInOrder() async throws {
        try await withServer { server, _ in
            let client = try Client(port: server.port)
            client.send(
                (1...1_000).map { "GET /\($0 % 7 == 0 ? "instant" : "n")\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
            client.finishSending()
            let replies = await client.receiveAll()
            #expect(replies.components(of: "HTTP/1.1 200 OK") == 1_000)
            #expect(replies.components(of: "instant") == 142)
            let first = try #require(replies.firstRange(of: "GET /n1 "))
            let last = try #require(replies.firstRange(of: "GET /n1000 "))
            #expect(first.lowerBound < last.lowerBound)
        }
    }

    @Test func combinesRepeatedFields() async throws {
        try await withServer { server, _ in
            let client = try Client(port: server.port)
            client.send("GET / HTTP/1.1\r\nHost: h\r\nX-Echo: a\r\nx-echo: b\r\nConnection: close\r\n\r\n")
            #expect(await client.receiveAll().hasSuffix("echo=a, b"))
        }
    }

    @Test func servesTheAbsoluteForm() async throws {
        try await withServer { server, _ in
            let client = try Client(port: server.port)
            client.send("GET http://other:80/x?y HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(await client.receiveAll().hasSuffix("GET /x?y host=other:80 echo="))
        }
    }

    @Test func answersHeadWithTheLengthAndWithoutTheContent() async throws {
        try await withServer { server, _ in
            let client = try Client(port: server.port)
            client.send("HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            let reply = await client.receiveAll()
            #expect(reply.contains("Content-Length: 20\r\n"))
            #expect(reply.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func collectsContentUpToItsLimit() async throws {
        var options = ServerOptions.loopback
        options.bodyLimit = 10
        try await withServer(options) { server, _ in
            let fits = try Client(port: server.port)
            fits.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\nConnection: close\r\n\r\n01234")
            fits.send("56789")
            #expect(await fits.receiveAll().contains("POST /x content=10"))
            let isTooLarge = try Client(port: server.port)
            isTooLarge.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n0")
            #expect(await isTooLarge.receiveAll().statuses == [413])
        }
    }

    @Test func boundsContentInChunksAsAWhole() async throws {
        var options = ServerOptions.loopback
        options.bodyLimit = 10
        try await withServer(options) { server, _ in
            let head = "POST /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            let fits = try Client(port: server.port)
            fits.send(head + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n")
            #expect(await fits.receiveAll().contains("POST /x content=10"))
            let isTooLarge = try Client(port: server.port)
            isTooLarge.send(head + "6\r\n012345\r\n5\r\n67890\r\n0\r\n\r\n")
            let reply = await isTooLarge.receiveAll()
            #expect(reply.isEmpty || reply.statuses == [413])
        }
    }

    @Test func givesEachRequestItsOwnContent() async throws {
        var options = ServerOptions.loopback
        options.bodyLimit = 10
        try await withServer(options) { server, _ in
            let client = try Client(port: server.port)
            for content in ["0123", "45678", ""] {
                client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: \(content.count)\r\n\r\n\(content)")
                let reply = await client.receive { $0.hasSuffix("echo=") }
                #expect(reply.hasSuffix("POST /x\(content.isEmpty ? "" : " content=\(content.count)") host=h echo="))
            }
        }
    }

    @Test func answersARequestWithoutReadingItsContentAndCloses() async throws {
        try await withServer { server, _ in
            let client = try Client(port: server.port)
            client.send(
                "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 40\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n")
            let reply = await client.receiveAll()
            #expect(reply.statuses == [200])
            #expect(!reply.contains("smuggled"))
        }
    }

    @Test(arguments: ["/now", "/instant"])
    func answersClientsThatFinishSendingAndClosesTheirConnections(target: String) async throws {
        try await withServer { server, _ in
            for _ in 1...10 {
                let client = try Client(port: server.port)
                client.send("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
                client.finishSending()
                #expect(await client.receiveAll().statuses == [200])
            }
            #expect(await eventually { server.counts.open == 0 })
        }
    }

    @Test func takesAnyFreePortAndRefusesATakenOne() async throws {
        try await withServer { server, _ in
            #expect(server.port > 0)
            var options = ServerOptions.loopback
            options.address = server.address
            #expect(throws: ServerError.cannotListen(server.address, reason: "Address already in use")) {
                try HTTPServer(options: options, handler: EchoHandler())
            }
        }
    }
}
