import Curl
import Synchronization
import Testing

/// Many tasks at once.
@Suite(.serialized, .timeLimit(.minutes(1))) struct LoadTests {
    @Test func keepsConnectionsWithinItsConcurrency() async throws {
        try await withServer(options: CurlOptions(concurrency: 8), script: { _ in [.answer()] }) { client, server in
            let sum = try await Self.load(client, server.origin, tasks: 64, each: 50)
            #expect(sum == 3_200)
            #expect(server.peak <= 8)
        }
    }

    @Test func answersEveryRequestOfManyTasks() async throws {
        try await withServer(script: { _ in [.answer()] }) { client, server in
            let sum = try await Self.load(client, server.origin, tasks: 64, each: 200)
            #expect(sum == 12_800)
            #expect(server.peak <= 64)
        }
    }

    /// Responses, deadlines, cancellations and the end of the client race each other. Every request ends once, in one of
    /// these ways.
    @Test(arguments: 0..<4)
    func racesEndWell(round: Int) async {
        let ends = await withServer(
            options: CurlOptions(concurrency: 8),
            script: { request in request.number % 50 == 49 ? [.hang] : [.answer()] }
        ) { client, server in
            await withTaskGroup { group in
                for index in 0..<32 { group.addTask { await Self.race(client, server.origin, seed: index) } }
                for _ in 0..<(400 * (round + 1)) { await server.waits(for: .requested) }
                await client.shutDown()
                return await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
            }
        }
        #expect(Set(ends.keys).isSubset(of: ["answered", "cancelled", "late", "shut down"]))
        #expect(ends["answered", default: 0] > 100)
        #expect(ends["shut down"] == 32)
        #expect(ends["cancelled", default: 0] > 0)
    }

    /// Sends requests until the client is shut down. Every third one is cancelled at once. Returns how often each end came.
    private static func race(_ client: CurlClient, _ url: String, seed: Int) async -> [String: Int] {
        var ends: [String: Int] = [:]
        var count = seed
        while ends["shut down"] == nil {
            count += 1
            let task = Task { [count] in await client.failure(url, within: .milliseconds(20 + count % 50)) }
            if count % 3 == 0 { task.cancel() }
            ends[name(await task.value), default: 0] += 1
        }
        return ends
    }

    private static func name(_ error: CurlError?) -> String {
        switch error {
        case nil: "answered"
        case .cancelled: "cancelled"
        case .timedOut: "late"
        case .shutDown: "shut down"
        default: "\(error, default: "")"
        }
    }

    private static func load(_ client: CurlClient, _ url: String, tasks: Int, each: Int) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<tasks {
                group.addTask {
                    for _ in 0..<each { _ = try await client.get(url) }
                    return each
                }
            }
            return try await group.reduce(0, +)
        }
    }
}
