import Testing

@testable import Curl

/// Which responses are read, and which are refused.
@Suite(.timeLimit(.minutes(1))) struct ResponseReaderTests {
    @Test func givesStatusHeadersAndBody() async throws {
        try await withServer(script: { _ in
            [
                .answer(
                    "{\"a\":1}", status: "404 Not Found",
                    headers: "X-Amzn-RequestId:  r-1 \r\nX-Twice: a\r\nx-twice: b\r\n")
            ]
        }) { client, server in
            let response = try await client.get(server.origin)
            #expect(response.status == 404)
            #expect(response.body == Array("{\"a\":1}".utf8))
            #expect(response.headers["X-AMZN-REQUESTID"] == "r-1")
            #expect(response.headers["x-amzn-requestid"] == "r-1")
            #expect(response.headers["X-Twice"] == "a")
            #expect(response.headers["absent"] == nil)
            #expect(
                response.headers.fields.map(\.name) == ["Content-Length", "X-Amzn-RequestId", "X-Twice", "x-twice"])
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX-Late: 1\r\n\r\n", 200,
            "abc"
        ),
        ("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", 200, "a"),
        ("HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 1\r\n\r\na", 200, "a"),
        ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", 200, "a"),
        ("HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na", 200, "a"),
        ("HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\na", 200, "a"),
    ])
    func understands(answer: String, status: Int, body: String) async throws {
        try await withServer(script: { _ in [.send(answer)] }) { client, server in
            let response = try await client.get(server.origin)
            #expect(response.status == status)
            #expect(String(decoding: response.body, as: UTF8.self) == body)
            #expect(response.headers["Link"] == nil && response.headers["X-Late"] == nil)
        }
    }

    @Test func readsABodyThatEndsWithTheConnection() async throws {
        try await withServer(script: { _ in [.send("HTTP/1.1 200 OK\r\n\r\nabc"), .close] }) { client, server in
            let response = try await client.get(server.origin)
            #expect(response.body == Array("abc".utf8))
        }
    }

    @Test(arguments: ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"])
    func followsNoRedirect(status: String) async throws {
        try await withServer(script: { request in
            request.head.hasPrefix("GET /elsewhere ")
                ? [.answer("followed")] : [.answer("", status: status, headers: "Location: /elsewhere\r\n")]
        }) { client, server in
            let response = try await client.get(server.origin)
            #expect(response.status == Int(status.prefix(3)))
            #expect(response.headers["location"] == "/elsewhere")
            #expect(server.requests == 1)
        }
    }

    @Test(arguments: ["gzip", "br", "deflate, gzip", "GZIP"], ["Content-Encoding", "Transfer-Encoding"])
    func refusesAnEncodedResponse(encoding: String, field: String) async {
        await withServer(script: { _ in [.answer("x", headers: "\(field): \(encoding)\r\n")] }) { client, server in
            #expect(await client.failure(server.origin) == .malformedResponse)
        }
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
        "HTTP/1.1 200 OK\r\nspaced : b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\u{1}c\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\u{0}c\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    ])
    func refusesWhatIsNotHTTP(answer: String) async {
        await withServer(script: { _ in [.send(answer), .close] }) { client, server in
            #expect(await client.failure(server.origin) == .malformedResponse)
        }
    }

    /// The reader alone: libcurl refuses most of these itself, but not in every version.
    @Test(
        arguments: [
            ("HTTP/1.1 200 OK", 200), ("HTTP/1.1 200", 200), ("HTTP/1.0 404 ", 404), ("HTTP/1.1 100 Continue", nil),
            ("HTTP/1.1 999 x", 999), ("HTTP/1.1 2000", nil), ("HTTP/1.1 2000 OK", nil), ("HTTP/1.1 20", nil),
            ("HTTP/1.1 20 OK", nil), ("HTTP/1.1 099 OK", nil), ("HTTP/1.1 +20 OK", nil), ("HTTP/1.1 -20 OK", nil),
            ("HTTP/1.1  200 OK", nil), ("HTTP/1.1_200 OK", nil), ("HTTP/1.1 200_OK", nil), ("HTTP/1.x 200 OK", nil),
            ("HTTP/1. 200 OK", nil), ("HTTP/2 200", nil), ("http/1.1 200 OK", nil), ("HTTP/1.1 200\u{0}", nil),
            ("", nil),
        ] as [(String, Int?)])
    func takesAWholeStatusLineOnly(line: String, status: Int?) {
        var reader = ResponseReader(headLimit: 1_000, bodyLimit: 1_000)
        let isRead = reader.take(line: Array("\(line)\r\n".utf8)) && reader.take(line: Array("\r\n".utf8))
        #expect(reader.response?.status == status)
        // An interim response is read, and no answer yet.
        #expect(isRead == (status != nil || line == "HTTP/1.1 100 Continue"))
        #expect(isRead || reader.error == .malformedResponse)
    }
}
