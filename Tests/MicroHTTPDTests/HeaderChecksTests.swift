import MicroHTTPD
import Testing

/// Requests that libmicrohttpd 0.9.75 accepts and the server refuses.
@Suite struct HeaderChecksTests {
    private let libraryChecks = LibraryBehaviour.observed.checks == .library

    @Test(arguments: [
        // With POST, because GET is refused for its content anyway.
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n: empty name\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\nX: bare line feed\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a%0 HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a\u{0}b HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /ä HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET a HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://u@h/ HTTP/1.1\r\nHost: h\r\n\r\n",
        // A combining mark after a delimiter makes another Character of it.
        "GET http://h/\u{301}x HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://h?\u{301}x HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://u@\u{301}h/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http:/\u{301}/h/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://a,b/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://a\\b/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http:///x HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\u{0}b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\u{1}b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX@: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ])
    func refusesWithOneReplyAndCloses(request: String) async throws {
        try await withServer { server, _ in
            let client = try Client(port: server.port)
            client.send(request + "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n")
            let reply = await client.receiveAll()
            #expect(!reply.contains("hidden"))
            // A library that checks requests itself closes without a reply where the target holds a NUL.
            if libraryChecks, reply.isEmpty { return }
            #expect(reply.statuses == [400])
            #expect(reply.contains("Connection: close"))
        }
    }

    @Test(arguments: [
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        // The Kelvin sign, whose lower case is "k".
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chun\u{212A}ed\r\n\r\n", 501),
        ("GET / HTTP/1.1\r\nHost: h\r\nExpect: something\r\n\r\n", 417),
    ])
    func refusesAnUnknownCodingOrExpectation(request: String, status: Int) async throws {
        try await withServer { server, _ in
            let client = try Client(port: server.port)
            client.send(request)
            let isLibrarys = libraryChecks && request.contains("Transfer-Encoding")
            #expect(await client.receiveAll().statuses == [isLibrarys ? 400 : status])
        }
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost:h\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: \t h\r\nX:\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nhOST: h\r\nX: a \r\nConnection: close\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: [::1]:8080\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET /%C3%A4;a=b?c=/?d&e HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    ])
    func servesUnusualRequestsThatAreCorrect(request: String) async throws {
        try await withServer { server, _ in
            let client = try Client(port: server.port)
            client.send(request)
            #expect(await client.receiveAll().statuses == [200])
        }
    }

    @Test func judgesARequestTheSameHoweverItIsSplit() async throws {
        let request = "GET /cut HTTP/1.1\r\nHost: h\r\nX-Echo: value\r\n\r\n"
        try await withServer { server, _ in
            let client = try Client(port: server.port)
            for length in 1..<request.count {
                client.send(String(request.prefix(length)))
                client.send(String(request.dropFirst(length)))
                #expect(await client.receive { $0.hasSuffix("echo=value") }.statuses == [200])
            }
        }
    }
}
