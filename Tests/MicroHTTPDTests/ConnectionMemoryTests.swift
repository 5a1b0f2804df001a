import HTTPExchange
import MicroHTTPD
import Testing

/// Requests about as large as libmicrohttpd's memory for a connection: each gets one answer.
@Suite struct ConnectionMemoryTests {
    private func request(
        _ target: String = "/", _ fields: [String] = [], method: String = "GET", isLast: Bool = true
    ) -> String {
        let lines = ["\(method) \(target) HTTP/1.1", "Host: h"] + fields + (isLast ? ["Connection: close"] : [])
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    private func field(of bytes: Int, named name: String = "X-Long") -> String {
        "\(name): " + String(repeating: "a", count: bytes - name.utf8.count - 4)
    }

    /// Exactly one answer, whole and of its length; its status.
    private func status(of request: String, from server: HTTPServer) async throws -> Int {
        let client = try Client(port: server.port)
        client.send(request)
        let reply = await client.receiveAll()
        #expect(reply.statuses.count == 1, "\(request.utf8.count) bytes: \(reply)")
        let end = try #require(reply.firstRange(of: "\r\n\r\n"))
        let head = reply[..<end.lowerBound].split(separator: "\r\n")
        let length = head.first { $0.hasPrefix("Content-Length: ") }?.dropFirst(16)
        #expect(length.flatMap { Int($0) } == reply[end.upperBound...].utf8.count, "\(reply)")
        #expect(head.contains("Connection: close"))
        return reply.statuses.first ?? 0
    }

    @Test(arguments: [
        (7_900, 200), (8_000, 200), (8_100, 200), (14_000, 200), (15_900, 200), (16_000, 200), (16_100, 200),
        (20_400, 200), (20_600, 431), (24_800, 431), (28_000, 431), (32_000, 431), (33_000, 431), (65_536, 431),
    ])
    func answersAFieldOfAnyLength(bytes: Int, status: Int) async throws {
        try await withServer { server, _ in
            let answer = try await self.status(of: request("/", [field(of: bytes)]), from: server)
            #expect(answer == status)
        }
    }

    /// Near the end of the block there is no room for a reply, which goes out without the library then.
    @Test func answersWhereTheMemoryEnds() async throws {
        try await withServer { server, _ in
            for bytes in stride(from: 29_500, through: 33_500, by: 53) {
                let answer = try await status(of: request("/", [field(of: bytes)]), from: server)
                #expect(answer == 431)
            }
            let head = try Client(port: server.port)
            head.send(request("/", [field(of: 32_000)], method: "HEAD"))
            let reply = await head.receiveAll()
            #expect(reply.statuses == [431])
            #expect(reply.hasSuffix("\r\n\r\n"))
        }
    }

    @Test(arguments: [101, 200, 250, 300, 400])
    func refusesManyFieldsOnce(count: Int) async throws {
        try await withServer { server, _ in
            let fields = (1...count).map { "X-\($0): a" }
            let answer = try await status(of: request("/", fields), from: server)
            #expect(answer == 431)
        }
    }

    @Test func servesAHeaderSectionOf12KiBWithACookieOf8KiB() async throws {
        try await withServer { server, _ in
            let cookie = field(of: 8_192 + 10, named: "Cookie")
            for count in [1, 20, 96] {
                let rest = 12_288 - cookie.utf8.count - 40
                let others = (1...count).map { _ in field(of: rest / count, named: "X") }
                let answer = try await status(of: request("/", [cookie] + others), from: server)
                #expect(answer == 200)
            }
            let pairs =
                "Cookie: "
                + Array(repeating: "abc=\(String(repeating: "d", count: 131))", count: 60).joined(separator: "; ")
            let answer = try await status(of: request("/", [pairs, field(of: 4_000)]), from: server)
            #expect(answer == 200)
        }
    }

    @Test(arguments: [
        (9_000, 200), (10_000, 200), (10_200, 200), (10_400, 431), (12_000, 431), (15_000, 431),
    ])
    func countsCookiesTwice(bytes: Int, status: Int) async throws {
        try await withServer { server, _ in
            let cookie = field(of: bytes, named: "Cookie")
            let answer = try await self.status(of: request("/", [cookie]), from: server)
            #expect(answer == status)
        }
    }

    /// The query's members take no memory.
    @Test(arguments: [1, 128, 129, 200, 250, 1_000, 4_000])
    func leavesAQueryOf8KiBToTheHandler(members: Int) async throws {
        try await withServer { server, _ in
            let length = (8_190 - members) / members
            let query = Array(repeating: String(repeating: "a", count: length), count: members).joined(separator: "&")
            let client = try Client(port: server.port)
            client.send(request("/?\(query)", [field(of: 4_000)]))
            #expect(await client.receiveAll().hasSuffix("GET /?\(query) host=h echo="))
        }
    }

    @Test func takesALongTargetAndLongFieldsTogether() async throws {
        try await withServer { server, _ in
            let target = "/" + String(repeating: "a", count: 8_191)
            let withCookie = try await status(of: request(target, [field(of: 4_000, named: "Cookie")]), from: server)
            #expect(withCookie == 200)
            let withField = try await status(of: request(target, [field(of: 12_000)]), from: server)
            #expect(withField == 200)
            for bytes in stride(from: 4_000, through: 20_000, by: 500) {
                _ = try await status(of: request(target, [field(of: bytes, named: "Cookie")]), from: server)
            }
        }
    }

    /// What has been received of the next requests takes memory too.
    @Test func answersLongRequestsThatAreSentTogether() async throws {
        try await withServer { server, _ in
            let long = request("/", [field(of: 6_000, named: "Cookie"), field(of: 5_000)], isLast: false)
            let client = try Client(port: server.port)
            client.send(String(repeating: long, count: 20) + request())
            let replies = await client.receiveAll()
            #expect(replies.components(of: "HTTP/1.1 200 OK\r\n") == 21)
            #expect(replies.components(of: "HTTP/1.1 ") == 21)
        }
    }

    @Test(arguments: ["GET", "HEAD", "POST"])
    func sendsNoContinueWhereThereIsNoContent(method: String) async throws {
        try await withServer { server, handler in
            for target in ["/", "/instant"] {
                let client = try Client(port: server.port)
                client.send(request(target, ["Expect: 100-continue"], method: method, isLast: false))
                #expect(await client.receiveAll().statuses == [200])
            }
        }
    }

    @Test func sendsContinueForContentThatItWaitsFor() async throws {
        var options = ServerOptions.loopback
        options.bodyLimit = 10
        try await withServer(options) { server, _ in
            let client = try Client(port: server.port)
            client.send(request("/", ["Expect: 100-continue", "Content-Length: 3"], method: "POST"))
            #expect(await client.receive { $0.contains("\r\n\r\n") }.statuses == [100])
            client.send("abc")
            #expect(await client.receiveAll().statuses == [200])
        }
    }
}
