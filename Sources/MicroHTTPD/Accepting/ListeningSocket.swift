import CMicroHTTPD  // The Glibc module leaves socket headers to whichever module includes them first.
import Glibc
import HTTPExchange
import Threads

/// A bound and listening socket of TCP or of the file system.
struct ListeningSocket {
    /// Connections that the kernel completes at most before they are accepted (listen(2)).
    static let backlog: Int32 = 4_096

    /// Which processes accept its connections.
    private enum Owner {
        /// This one, under an address of TCP.
        case process
        /// This one, under a file.
        case file(UnixSocketFile)
        /// The process that passed it, too.
        case parent
    }

    let descriptor: Int32
    /// Where it listens; with the port that the system chose.
    let address: ServerAddress
    private let owner: Owner

    /// - Throws: ``ServerError/unknownHost(_:)``, ``ServerError/cannotListen(_:reason:)`` or ``ServerError/shortage(reason:)``.
    init(_ address: ServerAddress) throws(ServerError) {
        switch address {
        case .network(let host, let port):
            var place = try Self.resolve(host: host, port: port)
            descriptor = try Self.socket(of: place.family, for: address)
            do throws(SystemCallError) {
                try place.reuse(descriptor)
                try place.bind(descriptor)
                guard listen(descriptor, Self.backlog) == 0 else { throw SystemCallError(code: errno) }
            } catch {
                Glibc.close(descriptor)
                throw Self.failure(address, error)
            }
            self.address = .network(host: host, port: place.boundPort(of: descriptor))
            owner = .process
        case .unix(let path):
            descriptor = try Self.socket(of: AF_UNIX, for: address)
            do throws(UnixSocketFile.Obstacle) {
                owner = .file(try UnixSocketFile(listeningOn: descriptor, at: path))
            } catch {
                Glibc.close(descriptor)
                if case .failure(let failure) = error { throw Self.failure(address, failure) }
                throw .cannotListen(address, reason: "\(error)")
            }
            self.address = address
        }
    }

    /// A socket that the process was started with. It goes on listening when this process has stopped.
    init(_ inherited: InheritedSocket) {
        descriptor = inherited.descriptor
        address = inherited.address
        owner = .parent
    }

    /// What accept4(2) gave.
    enum Accepted {
        case connection(Int32, PeerAddress, SocketAddress)
        /// No connection waits.
        case none
        case failure(SystemCallError)
    }

    /// The next connection, without waiting for it.
    func accept() -> Accepted {
        var address = SocketAddress()
        while true {
            let socket = address.accept(from: descriptor)
            if socket >= 0 { return .connection(socket, address.peer(of: socket), address) }
            switch errno {
            case EAGAIN: return .none
            // The connection ended before it was accepted, or its network failed (accept(2), "Error handling").
            case EINTR, ECONNABORTED, EPERM, EPROTO, ENOPROTOOPT, EOPNOTSUPP, ENETDOWN, ENETUNREACH, EHOSTDOWN, ENONET,
                EHOSTUNREACH, ETIMEDOUT:
                continue
            case let code: return .failure(SystemCallError(code: code))
            }
        }
    }

    /// Whether connections that this process does not accept are lost. Those of a socket that it was started with wait for the
    /// next process.
    var losesConnections: Bool { if case .parent = owner { false } else { true } }

    /// Lets no new connection begin. Of TCP the handshakes that have begun end in the backlog; a client that tries is not refused yet:
    /// its system repeats the attempt after a second. A socket's file is gone afterwards.
    func refuseNewConnections() {
        switch owner {
        case .process: shim_drop_handshakes(descriptor)
        case .file(let file): file.remove()
        case .parent: break
        }
    }

    /// Refuses new connections and ends those that were not accepted, unless they wait for another process.
    func close() {
        if losesConnections {
            refuseNewConnections()
            shutdown(descriptor, Int32(SHUT_RDWR))
        }
        Glibc.close(descriptor)
    }

    private static func socket(of family: Int32, for address: ServerAddress) throws(ServerError) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = Glibc.socket(family, kind, 0)
        guard descriptor >= 0 else { throw failure(address, SystemCallError(code: errno)) }
        return descriptor
    }

    private static func resolve(host: String, port: UInt16) throws(ServerError) -> SocketAddress {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>? = nil
        guard unsafe getaddrinfo(withoutBrackets(host), String(port), &hints, &found) == 0, let first = unsafe found
        else {
            throw .unknownHost(host)
        }
        defer { unsafe freeaddrinfo(first) }
        return unsafe SocketAddress(first.pointee)
    }

    /// An IPv6 address may be written as in a URL (RFC 3986 §3.2.2).
    private static func withoutBrackets(_ host: String) -> String {
        let bytes = host.utf8
        guard bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]") else { return host }
        return String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
    }

    private static func failure(_ address: ServerAddress, _ error: SystemCallError) -> ServerError {
        error.isShortage ? .shortage(reason: "\(error)") : .cannotListen(address, reason: "\(error)")
    }
}

extension SystemCallError {
    /// Whether the process or the system has no descriptor, thread or memory left.
    var isShortage: Bool { [EAGAIN, EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) }
}
