import Curl
import Synchronization
import Testing

/// Which bytes are sent, and which requests are refused.
@Suite(.timeLimit(.minutes(1))) struct CurlRequestTests {
    /// Sends the request to a server and returns the request that arrived.
    private func arrival(of change: (inout CurlRequest) -> Void) async throws -> LoopbackServer.Request {
        let arrived = Mutex<LoopbackServer.Request?>(nil)
        return try await withServer(script: { received in
            arrived.withLock { $0 = received }
            return received.head.hasPrefix("HEAD ")
                ? [.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")] : [.answer()]
        }) { client, server in
            var request = CurlRequest(url: "\(server.origin)/", bypassesProxies: true)
            change(&request)
            _ = try await client.perform(request, deadline: .now + .seconds(10))
            return try #require(arrived.withLock { $0 }).without(host: "127.0.0.1:\(server.port)")
        }
    }

    @Test func addsOnlyHost() async throws {
        let received = try await arrival { _ in }
        #expect(received.head == "GET / HTTP/1.1\r\nHost: H\r\n\r\n")
    }

    @Test func sendsContentAndFieldsAsGiven() async throws {
        let received = try await arrival {
            $0.method = "POST"
            $0.headers = [
                ("X-Amz-Target", "Transcribe.GetMedicalTranscriptionJob"), ("Content-Type", "a/b"), ("Empty", ""),
            ]
            $0.body = Array("{\"n\":\"\u{0}é\"}".utf8)
        }
        let lines = Set(received.head.lines)
        #expect(
            lines == [
                "POST / HTTP/1.1", "Host: H", "X-Amz-Target: Transcribe.GetMedicalTranscriptionJob",
                "Content-Type: a/b",
                "Empty:", "Content-Length: 11",
            ])
        #expect(received.body == Array("{\"n\":\"\u{0}é\"}".utf8))
    }

    /// Above 1 MiB libcurl would send `Expect: 100-continue` by default (RFC 9110 §10.1.1).
    @Test func expectsNothing() async throws {
        let received = try await arrival {
            $0.method = "POST"
            $0.body = [UInt8](repeating: 0x61, count: 3 << 20)
        }
        #expect(Set(received.head.lines) == ["POST / HTTP/1.1", "Host: H", "Content-Length: 3145728"])
        #expect(received.body.count == 3 << 20)
    }

    @Test func sendsTheLengthOfAnEmptyPut() async throws {
        let received = try await arrival {
            $0.method = "PUT"
            $0.headers = [("X-aws-ec2-metadata-token-ttl-seconds", "21600")]
        }
        #expect(Set(received.head.lines).isSuperset(of: ["PUT / HTTP/1.1", "Content-Length: 0"]))
    }

    @Test func sendsHead() async throws {
        #expect(try await arrival { $0.method = "HEAD" }.head == "HEAD / HTTP/1.1\r\nHost: H\r\n\r\n")
    }

    @Test func sendsThePathAsItStands() async throws {
        let received = try await arrival { $0.url += "a/../b//c%2F?x=%20&y" }
        #expect(received.head.hasPrefix("GET /a/../b//c%2F?x=%20&y HTTP/1.1\r\n"))
    }

    @Test func forgetsARequestBeforeTheNextOnItsHandle() async throws {
        let heads = Mutex<[String]>([])
        try await withServer(
            options: CurlOptions(concurrency: 1),
            script: { received in
                heads.withLock { $0.append(received.head) }
                return [.answer()]
            }
        ) { client, server in
            let post = CurlRequest(
                method: "POST", url: server.origin, headers: [("Secret", "1")], body: [1], bypassesProxies: true)
            _ = try await client.perform(post, deadline: .now + .seconds(10))
            _ = try await client.get(server.origin)
            #expect(heads.withLock { $0.last } == "GET / HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n\r\n")
        }
    }

    @Test(arguments: ["a\r\nX: b", "a\nb", "a\u{0}b", "a\u{7F}"])
    func refusesAControlCharacterInAValue(value: String) async {
        await refuses(.malformedRequest(.headerValue)) { $0.headers = [("A", value)] }
    }

    @Test(arguments: ["", "a b", "a:", "a\r\n", "é", "Content-Length", "transfer-encoding"])
    func refusesAName(name: String) async {
        await refuses(.malformedRequest(.headerName)) { $0.headers = [(name, "a")] }
    }

    @Test(arguments: ["", "GET /x", "GET\r\n"])
    func refusesAMethod(method: String) async {
        await refuses(.malformedRequest(.method)) { $0.method = method }
    }

    @Test(arguments: [
        "", "127.0.0.1", "/x", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://a b/", "http://a/\r\nX: y",
        "http://a/\u{0}", "http://user:word@127.0.0.1/", "http://127.0.0.1:99999/", "://a",
    ])
    func refusesAURL(url: String) async {
        await refuses(.unsupportedURL) { $0.url = url }
    }

    private func refuses(_ expected: CurlError, _ change: (inout CurlRequest) -> Void) async {
        await withServer(script: { _ in [.answer()] }) { client, server in
            var request = CurlRequest(url: server.origin)
            change(&request)
            #expect(await client.failure(request) == expected)
            #expect(!expected.requestMayHaveArrived)
            #expect(server.accepted == 0)
        }
    }
}

extension LoopbackServer.Request {
    fileprivate func without(host: String) -> Self {
        let anonymous = head.replacing("Host: \(host)\r\n", with: "Host: H\r\n")
        return Self(connection: connection, number: number, head: anonymous, body: body)
    }
}
