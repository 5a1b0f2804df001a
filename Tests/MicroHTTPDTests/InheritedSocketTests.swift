import Foundation
import Glibc
import HTTPExchange
import MicroHTTPD
import TestSupport
import Testing

@Suite struct InheritedSocketTests {
    private static func socket(_ family: Int32, _ type: __socket_type = SOCK_STREAM) -> Int32 {
        Glibc.socket(family, Int32(type.rawValue), 0)
    }

    /// A listening socket of IPv4, as a parent process has it.
    private static func listening() throws -> Int32 {
        let descriptor = socket(AF_INET)
        try #require(listen(descriptor, 16) == 0)
        return descriptor
    }

    private func server(on descriptor: Int32) throws -> HTTPServer {
        var options = ServerOptions.loopback
        options.inherited = try InheritedSocket(descriptor)
        return try HTTPServer(options: options, handler: EchoHandler())
    }

    @Test func servesASocketAndLeavesItListening() async throws {
        let descriptor = try Self.listening()
        let parent = dup(descriptor)
        defer { close(parent) }
        let first = try server(on: descriptor)
        #expect(first.port > 0)
        let client = try Client(port: first.port)
        client.send("GET /it HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        #expect(await client.receiveAll().statuses == [200])
        await first.stop(within: .zero)
        // The connection waits for the next process.
        let waiting = try Client(port: first.port)
        waiting.send("GET /it HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        let second = try server(on: dup(parent))
        #expect(await waiting.receiveAll().statuses == [200])
        await second.stop(within: .zero)
    }

    @Test func neitherBlocksNorIsInherited() throws {
        let descriptor = try Self.listening()
        defer { close(descriptor) }
        #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK == 0)
        _ = try InheritedSocket(descriptor)
        #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0)
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test func refusesWhatCannotBeServed() throws {
        func error(of descriptor: Int32) -> InheritedSocketError? {
            defer { close(descriptor) }
            do throws(InheritedSocketError) {
                _ = try InheritedSocket(descriptor)
                return nil
            } catch {
                return error
            }
        }
        #expect(error(of: Self.socket(AF_INET)) == .notListening)
        #expect(error(of: Self.socket(AF_INET, SOCK_DGRAM)) == .noStream)
        #expect(error(of: Self.socket(AF_UNIX, SOCK_SEQPACKET)) == .noStream)
        let file = unsafe open("/dev/null", O_RDONLY)
        #expect(error(of: file) == .noSocket(reason: "Socket operation on non-socket"))
        #expect(error(of: 1 << 20) == .noSocket(reason: "Bad file descriptor"))
    }
}
