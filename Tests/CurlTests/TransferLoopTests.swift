import Curl
import Glibc
import TestSupport
import Testing

/// Every request ends by its deadline, with its task, or with its client.
@Suite(.serialized, .timeLimit(.minutes(1))) struct TransferLoopTests {
    private static let hangs: @Sendable (LoopbackServer.Request) -> [LoopbackServer.Step] = { _ in [.hang] }

    @Test(arguments: [
        [LoopbackServer.Step.hang], [.send("HTTP/1.1 200 OK\r\nContent-"), .hang],
        [.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na"), .hang],
    ])
    func endsByItsDeadline(steps: [LoopbackServer.Step]) async {
        await withServer(script: { _ in steps }) { client, server in
            let isPunctual = await takes(.milliseconds(400)) {
                #expect(await client.failure(server.origin, within: .milliseconds(400)) == .timedOut(.awaitingResponse))
            }
            #expect(isPunctual)
            await server.waits(for: .closedByClient)
        }
    }

    /// A listener with a full backlog that accepts nothing does not complete a new connection.
    @Test func endsWhenConnectingTakesTooLong() async {
        let listener = FullListener()
        defer { listener.stop() }
        await withClient(CurlOptions(connectTimeout: .milliseconds(100))) { client in
            let isPunctual = await takes(.milliseconds(100)) {
                let error = await client.failure("http://127.0.0.1:\(listener.port)/")
                #expect(error == .timedOut(.connecting))
                #expect(error?.requestMayHaveArrived == false)
            }
            #expect(isPunctual)
        }
    }

    @Test func requestMaySetItsOwnConnectTimeout() async {
        let listener = FullListener()
        defer { listener.stop() }
        let request = CurlRequest(
            url: "http://127.0.0.1:\(listener.port)/", connectTimeout: .milliseconds(100), bypassesProxies: true)
        await withClient(CurlOptions(connectTimeout: .seconds(60))) { client in
            let isPunctual = await takes(.milliseconds(100)) {
                #expect(await client.failure(request) == .timedOut(.connecting))
            }
            #expect(isPunctual)
        }
    }

    @Test func endsByItsDeadlineWhileItWaitsForOthers() async {
        await withServer(options: CurlOptions(concurrency: 1), script: Self.hangs) { client, server in
            let first = Task { await client.failure(server.origin, within: .seconds(60)) }
            await server.waits(for: .requested)
            let isPunctual = await takes(.milliseconds(100)) {
                let error = await client.failure(server.origin, within: .milliseconds(100))
                #expect(error == .timedOut(.queued))
                #expect(error?.requestMayHaveArrived == false)
            }
            #expect(isPunctual)
            first.cancel()
            #expect(await first.value == .cancelled)
        }
    }

    @Test func sendsNothingAfterItsDeadline() async {
        await withServer(script: { _ in [.answer()] }) { client, server in
            #expect(await client.failure(server.origin, within: .zero) == .timedOut(.queued))
            #expect(server.accepted == 0)
        }
    }

    @Test func waitingRequestsShareOneConnection() async throws {
        try await withServer(options: CurlOptions(concurrency: 1), script: { _ in [.answer()] }) { client, server in
            try await withThrowingTaskGroup { group in
                for _ in 0..<50 { group.addTask { try await client.get(server.origin).status } }
                for try await status in group { #expect(status == 200) }
            }
            #expect(server.accepted == 1)
        }
    }

    /// libcurl waits a millisecond at least where it waits, so that a wait beside a free place shows: in each of the rounds
    /// it would take a tenth of a second. A busy machine delays some of them.
    @Test func aQueuedRequestStartsAsSoonAsAPlaceIsFree() async throws {
        try await withServer(options: CurlOptions(concurrency: 1), script: { _ in [.answer()] }) { client, server in
            _ = try await client.get(server.origin)
            var times: [Duration] = []
            for _ in 0..<20 {
                let start = ContinuousClock.now
                try await withThrowingTaskGroup { group in
                    for _ in 0..<100 { group.addTask { try await client.get(server.origin).status } }
                    for try await status in group { #expect(status == 200) }
                }
                times.append(ContinuousClock.now - start)
                if times[times.count - 1] < .milliseconds(95) { return }
            }
            Issue.record("100 requests took \(times)")
        }
    }

    @Test func endsWithItsTask() async {
        await withServer(script: Self.hangs) { client, server in
            let task = Task { await client.failure(server.origin, within: .seconds(60)) }
            await server.waits(for: .requested)
            task.cancel()
            #expect(await task.value == .cancelled)
            await server.waits(for: .closedByClient)
        }
    }

    /// Many times, because the thread may see the cancellation before the request or together with it.
    @Test func endsAtOnceInACancelledTask() async {
        await withServer(script: Self.hangs) { client, server in
            for _ in 0..<500 {
                let task = Task {
                    unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                    return await client.failure(server.origin, within: .seconds(1))
                }
                #expect(await task.value == .cancelled)
            }
            #expect(server.accepted == 0)
        }
    }

    @Test func endsWithItsTaskWhileItWaitsForOthers() async {
        await withServer(options: CurlOptions(concurrency: 1), script: Self.hangs) { client, server in
            let first = Task { await client.failure(server.origin, within: .seconds(60)) }
            await server.waits(for: .requested)
            let second = Task { await client.failure(server.origin, within: .seconds(60)) }
            second.cancel()
            #expect(await second.value == .cancelled)
            first.cancel()
            #expect(await first.value == .cancelled)
        }
    }

    @Test func shutDownEndsEveryTransferOnce() async {
        await withServer(options: CurlOptions(concurrency: 16), script: Self.hangs) { client, server in
            await withTaskGroup { group in
                for _ in 0..<48 { group.addTask { await client.failure(server.origin, within: .seconds(60)) } }
                for _ in 0..<16 { await server.waits(for: .requested) }
                await client.shutDown()
                for await error in group { #expect(error == .shutDown) }
            }
            #expect(await client.failure(server.origin) == .shutDown)
            for _ in 0..<16 { await server.waits(for: .closedByClient) }
        }
    }

    @Test func mayBeShutDownMoreThanOnceAtATime() async throws {
        let client = try CurlClient()
        await withTaskGroup { group in
            for _ in 0..<50 { group.addTask { await client.shutDown() } }
        }
        await client.shutDown()
    }

    @Test func saysThatNoDescriptorIsLeft() async {
        await #expect(processExitsWith: .success) {
            await withNone(of: __rlimit_resource_t(RLIMIT_NOFILE.rawValue)) {
                #expect(throws: CurlClient.StartError.noHandle) { try CurlClient() }
            }
        }
    }

    /// The multi handle that was made before has to be freed, and no wake-up may reach it.
    @Test func saysThatNoThreadIsLeft() async {
        await #expect(processExitsWith: .success) {
            // A superuser has no such limit. The process becomes one again at the end.
            let isSuperuser = getuid() == 0
            if isSuperuser { try #require(setreuid(65_534, 0) == 0 && seteuid(65_534) == 0) }
            await withNone(of: __rlimit_resource_t(__RLIMIT_NPROC.rawValue)) {
                #expect(throws: CurlClient.StartError.noThread(code: EAGAIN)) { try CurlClient() }
            }
            if isSuperuser { try #require(seteuid(0) == 0 && setuid(0) == 0) }
        }
    }

    @Test func closesItsConnectionsWhenReleased() async throws {
        let server = LoopbackServer { _ in [.answer()] }
        defer { server.stop() }
        _ = try await CurlClient().get(server.origin)
        await server.waits(for: .closedByClient)
    }

    /// Whether one of ten tries takes this long, to 20 ms: a busy machine delays some of them, a wrong timer all.
    /// (libcurl's clock counts whole milliseconds, so it may be one early.)
    private func takes(_ expected: Duration, _ body: () async -> Void) async -> Bool {
        for _ in 0..<10 {
            let start = ContinuousClock.now
            await body()
            let elapsed = ContinuousClock.now - start
            guard elapsed >= expected - .milliseconds(2) else { return false }
            if elapsed <= expected + .milliseconds(20) { return true }
        }
        return false
    }
}
