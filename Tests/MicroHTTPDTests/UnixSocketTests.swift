import Foundation
import Glibc
import HTTPExchange
import MicroHTTPD
import Synchronization
import TestSupport
import Testing

@Suite struct UnixSocketTests {
    private let path = NSTemporaryDirectory() + "s-\(UUID().uuidString.prefix(8))"
    private static let request = "GET /it HTTP/1.1\r\nHost: h\r\n\r\n"

    private func withServer(
        _ change: (inout ServerOptions) -> Void = { _ in }, handler: EchoHandler = EchoHandler(),
        _ body: (HTTPServer, EchoHandler) async throws -> Void
    ) async throws {
        var options = ServerOptions.loopback
        options.address = .unix(path: path)
        change(&options)
        try await MicroHTTPDTests.withServer(options, handler: handler, body)
    }

    private func server() throws -> HTTPServer {
        var options = ServerOptions.loopback
        options.address = .unix(path: path)
        return try HTTPServer(options: options, handler: EchoHandler())
    }

    /// A socket that was bound and whose process has ended.
    private func leaveStaleSocket() throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(status == 0)
        close(descriptor)
    }

    private var mode: mode_t? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status.st_mode : nil
    }

    @Test func servesItsOwnerAndGroupAndLeavesNothingBehind() async throws {
        try await withServer { server, _ in
            #expect(server.address == .unix(path: path))
            #expect(server.port == 0)
            #expect(mode == S_IFSOCK | 0o660)
            #expect(!FileManager.default.fileExists(atPath: path + ".lock"))
            let client = try Client(path: path)
            for _ in 0..<3 {
                client.send(Self.request)
                #expect(await client.receive { $0.contains("host=h") }.statuses == [200])
            }
        }
        #expect(mode == nil)
    }

    @Test func countsUsers() async throws {
        let logged = Lines()
        try await withServer({
            $0.perAddress = 2
            $0.log = logged.add
        }) { server, _ in
            let clients = try (0..<2).map { _ in try Client(path: path) }
            #expect(await eventually { server.counts.open == 2 })
            #expect(await (try Client(path: path)).receiveAll() == "")
            #expect(logged.all == ["uid:\(geteuid()) has 2 connections, as many as one user may have; more are closed"])
            withExtendedLifetime(clients) {}
        }
    }

    @Test func setsNoLimitForAProxy() async throws {
        try await withServer({
            $0.perAddress = 1
            $0.proxies = [.unix]
        }) { server, _ in
            let clients = try (0..<5).map { _ in try Client(path: path) }
            #expect(await eventually { server.counts.open == 5 })
            withExtendedLifetime(clients) {}
        }
    }

    @Test func replacesASocketAtWhichNothingListens() async throws {
        try leaveStaleSocket()
        #expect(throws: ClientError.self) { try Client(path: path) }
        try await withServer { _, _ in
            let client = try Client(path: path)
            client.send(Self.request)
            #expect(await client.receive { $0.contains("host=h") }.statuses == [200])
        }
    }

    @Test func leavesASocketInUseAlone() async throws {
        try await withServer { _, _ in
            #expect(
                throws: ServerError.cannotListen(.unix(path: path), reason: "another program listens there")
            ) { try server() }
            let client = try Client(path: path)
            client.send(Self.request)
            #expect(await client.receive { $0.contains("host=h") }.statuses == [200])
        }
    }

    @Test(arguments: ["file", "link", "folder"])
    func leavesWhatIsNoSocketAlone(kind: String) throws {
        let files = FileManager.default
        switch kind {
        case "file": try Data("mine".utf8).write(to: URL(filePath: path))
        case "link": try files.createSymbolicLink(atPath: path, withDestinationPath: path + "-elsewhere")
        default: try files.createDirectory(atPath: path, withIntermediateDirectories: false)
        }
        defer { try? files.removeItem(atPath: path) }
        #expect(
            throws: ServerError.cannotListen(.unix(path: path), reason: "a file that is no socket has this path")
        ) { try server() }
        #expect(mode.map { $0 & S_IFMT != S_IFSOCK } == true)
        #expect(!files.fileExists(atPath: path + "-elsewhere"))
    }

    @Test func saysWhyThereCanBeNone() {
        func reason(_ path: String) -> String? {
            var options = ServerOptions.loopback
            options.address = .unix(path: path)
            do throws(ServerError) {
                _ = try HTTPServer(options: options, handler: EchoHandler())
                return nil
            } catch {
                return error.description
            }
        }
        let long = "/" + String(repeating: "a", count: 107)
        #expect(reason(long) == "Cannot listen on unix:\(long): the path has more than 107 bytes.")
        #expect(
            reason("/nowhere/s")
                == "Cannot listen on unix:/nowhere/s: the file .lock beside it cannot be locked (No such file or directory)."
        )
    }

    /// One that was put in its place is another program's.
    @Test func removesItsOwnFileOnly() async throws {
        try await withServer { _, _ in
            unsafe unlink(path)
            try Data("another's".utf8).write(to: URL(filePath: path))
        }
        #expect(FileManager.default.fileExists(atPath: path))
        unsafe unlink(path)
    }

    /// Of those that start at once over a socket at which nothing listens one serves, and its file stays.
    @Test func oneOfManyStartsWins() async throws {
        for _ in 0..<20 {
            try leaveStaleSocket()
            let servers = await withTaskGroup(of: HTTPServer?.self) { group in
                for _ in 0..<4 { group.addTask { try? server() } }
                return await group.reduce(into: [HTTPServer]()) { if let server = $1 { $0.append(server) } }
            }
            #expect(servers.count == 1)
            let client = try Client(path: path)
            client.send(Self.request)
            #expect(await client.receive { $0.contains("host=h") }.statuses == [200])
            for server in servers { await server.stop(within: .zero) }
        }
        #expect(mode == nil)
    }

    @Test func noticesThatAClientHasLeftItsRequest() async throws {
        try await withServer { server, handler in
            var client: Client? = try Client(path: path)
            client?.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await eventually { handler.heldCount == 1 })
            client = nil
            #expect(await eventually { server.counts.open == 0 })
            #expect(handler.release() == 0)
        }
    }

    @Test func endsIdleConnectionsAndSlowRequests() async throws {
        try await withServer({
            $0.idleTimeout = .seconds(1)
            $0.requestTimeout = .milliseconds(500)
        }) { server, _ in
            let (idle, silent, slow) = (try Client(path: path), try Client(path: path), try Client(path: path))
            idle.send(Self.request)
            #expect(await idle.receive { $0.contains("host=h") }.statuses == [200])
            slow.send("GET /it HTTP/1.1\r\nHo")
            for client in [silent, slow, idle] { #expect(await client.receiveAll() == "") }
            #expect(server.counts.idle == 1 && server.counts.slowRequests == 2)
        }
    }

    @Test func endsIdleConnectionsWhileNewOnesWait() async throws {
        try await withServer({ $0.connections = 4 }) { server, _ in
            let idle = try (0..<4).map { _ in try Client(path: path) }
            for client in idle {
                client.send(Self.request)
                #expect(await client.receive { $0.contains("host=h") }.statuses == [200])
            }
            let client = try Client(path: path)
            client.send(Self.request)
            #expect(await client.receive { $0.contains("host=h") }.statuses == [200])
            #expect(server.counts.idle > 0)
            withExtendedLifetime(idle) {}
        }
    }

    @Test func endsAStreamThatItsClientDoesNotRead() async throws {
        let stream = EndlessStream(bytes: 4_096)
        try await withServer({ $0.idleTimeout = .seconds(1) }, handler: EchoHandler { _ in stream }) { server, _ in
            let stuck = try Client(path: path)
            stuck.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await eventually { server.counts.slowStreams == 1 })
            #expect(await eventually { server.counts.streams == 0 && server.counts.open == 0 })
            withExtendedLifetime(stuck) {}
        }
        #expect(stream.endCount.load(ordering: .relaxed) == 1)
    }

    @Test func endsAStreamThatItsClientLeaves() async throws {
        let stream = EndlessStream(bytes: 4_096)
        try await withServer(handler: EchoHandler { _ in stream }) { server, _ in
            var leaving: Client? = try Client(path: path)
            leaving?.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await eventually { server.counts.streams == 1 })
            leaving = nil
            #expect(await eventually { server.counts.streams == 0 && server.counts.open == 0 })
        }
        #expect(stream.endCount.load(ordering: .relaxed) == 1)
    }

    /// What waits in the kernel for a client that reads nothing is little, so that it finds the latest number then.
    @Test func aSlowClientOfAStreamGetsTheLatestState() async throws {
        let stream = LatestNumber(0, width: 1_000)
        try await withServer(handler: EchoHandler { _ in stream }) { server, _ in
            let client = try Client(path: path)
            client.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await eventually { server.counts.streams == 1 })
            for _ in 0..<2_000 { stream.advance() }
            let last = stream.advance()
            stream.finish()
            let text = await client.receive { $0.hasSuffix("0\r\n\r\n") }
            let numbers = text.split(whereSeparator: \.isNewline).compactMap { Int($0) }.filter { $0 > 0 }
            #expect(numbers.last == last)
            #expect(numbers.count < 200, "\(numbers.count)")
        }
    }

    @Test func losesNoConnectionThatWasAcceptedAtAStop() async throws {
        let server = try server()
        let clients = try (0..<50).map { _ in try Client(path: path) }
        for client in clients { client.send("GET /it HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n") }
        await server.stop(within: .seconds(5))
        for client in clients { #expect(await client.receiveAll().statuses == [200]) }
    }

    @Test func logsNothingOfOptionsThatAUnixSocketDoesNotHave() async throws {
        let logged = Lines()
        try await withServer({ $0.log = logged.add }) { _, _ in
            let client = try Client(path: path)
            client.send(Self.request)
            #expect(await client.receive { $0.contains("host=h") }.statuses == [200])
        }
        #expect(logged.all == [])
    }
}
