import CMicroHTTPD  // The Glibc module leaves socket headers to whichever module includes them first.
import Glibc
import HTTPExchange
import Threads

/// A listening socket that this process was started with, as by systemd (sd_listen_fds(3)). The parent has it too: it goes on
/// listening when this process stops.
public struct InheritedSocket: Sendable {
    let descriptor: Int32
    /// Where it listens.
    public let address: ServerAddress

    /// Takes a descriptor over: programs that this one starts do not get it, and to accept from it does not block.
    /// - Throws: ``InheritedSocketError`` if it is no socket that a server can accept from.
    public init(_ descriptor: Int32) throws(InheritedSocketError) {
        guard let type = Self.option(SO_TYPE, of: descriptor) else {
            throw .noSocket(reason: "\(SystemCallError(code: errno))")
        }
        guard type == Int32(SOCK_STREAM.rawValue) else { throw .noStream }
        guard let listens = Self.option(SO_ACCEPTCONN, of: descriptor), listens != 0 else { throw .notListening }
        guard let bound = try? SocketAddress(of: descriptor) else { throw .unknownFamily }
        switch bound.family {
        case AF_INET, AF_INET6: address = .network(host: bound.peer(of: descriptor).text, port: bound.port)
        case AF_UNIX: address = .unix(path: bound.path)
        default: throw .unknownFamily
        }
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0,
            fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0
        else { throw .noSocket(reason: "\(SystemCallError(code: errno))") }
        self.descriptor = descriptor
    }

    private static func option(_ name: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
    }
}

/// Why a descriptor cannot be served. The texts end a sentence about it.
public enum InheritedSocketError: Error, Equatable, CustomStringConvertible {
    case noSocket(reason: String)
    case noStream
    case notListening
    case unknownFamily

    public var description: String {
        switch self {
        case .noSocket(let reason): "is no socket (\(reason))"
        case .noStream: "is no stream socket; use ListenStream="
        case .notListening: "does not listen: it is one connection; use Accept=no"
        case .unknownFamily: "is a socket of another kind than IPv4, IPv6 and Unix"
        }
    }
}
