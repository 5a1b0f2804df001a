import Curl
import Testing

/// The memory that a response may use is limited.
@Suite(.timeLimit(.minutes(1))) struct ResponseLimitTests {
    private static let chunk = Array("1000\r\n".utf8) + [UInt8](repeating: 0x61, count: 4_096) + Array("\r\n".utf8)

    @Test func takesABodyUpToTheLimit() async throws {
        let body = String(repeating: "a", count: 1 << 20)
        try await withServer(script: { _ in [.answer(body)] }) { client, server in
            let response = try await client.get(server.origin)
            #expect(response.body.count == 1 << 20)
        }
    }

    @Test(arguments: [
        [LoopbackServer.Step.send("HTTP/1.1 200 OK\r\nContent-Length: 2097152\r\n\r\n"), .sendForever([0x61])],
        [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), .sendForever(Self.chunk)],
        [.send("HTTP/1.1 200 OK\r\n\r\n"), .sendForever(Self.chunk)],
    ])
    func closesTheConnectionOfALargerOne(steps: [LoopbackServer.Step]) async {
        await withServer(script: { _ in steps }) { client, server in
            #expect(await client.failure(server.origin) == .responseTooLarge(limit: 1 << 20))
            await server.waits(for: .closedByClient)
        }
    }

    @Test(arguments: ["A: \(String(repeating: "b", count: 1_000))\r\n", "A:\r\n"])
    func endsAnEndlessHead(field: String) async {
        let steps: [LoopbackServer.Step] = [.send("HTTP/1.1 200 OK\r\n"), .sendForever(Array(field.utf8))]
        await withServer(script: { _ in steps }) { client, server in
            #expect(await client.failure(server.origin) == .responseTooLarge(limit: 64 << 10))
            await server.waits(for: .closedByClient)
        }
    }

    @Test func endsEndlessInterimResponses() async {
        let interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
        await withServer(script: { _ in [.sendForever(interim)] }) { client, server in
            #expect(await client.failure(server.origin) == .responseTooLarge(limit: 64 << 10))
        }
    }

    @Test func endsAnEndlessLine() async {
        let steps: [LoopbackServer.Step] = [
            .send("HTTP/1.1 200 OK\r\nA: "), .sendForever([UInt8](repeating: 0x61, count: 4_096)),
        ]
        await withServer(script: { _ in steps }) { client, server in
            #expect(await client.failure(server.origin) == .malformedResponse)
        }
    }

    @Test func bodyLimitIsAnOption() async {
        await withServer(options: CurlOptions(bodyLimit: 3), script: { _ in [.answer("four")] }) { client, server in
            #expect(await client.failure(server.origin) == .responseTooLarge(limit: 3))
        }
    }
}
