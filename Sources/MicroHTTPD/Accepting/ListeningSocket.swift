import CMicroHTTPD  // The Glibc module leaves socket headers to whichever module includes them first.
import Glibc
import HTTPExchange
import Threads

/// A bound and listening TCP socket.
struct ListeningSocket {
    /// Connections that the kernel completes at most before they are accepted (listen(2)).
    static let backlog = 4_096

    let descriptor: Int32
    let port: UInt16

    init(host: String, port: UInt16) throws(ServerError) {
        var address = try Self.resolve(host: host, port: port)
        let descriptor = socket(
            Int32(address.family), Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure(host, port) }
        do {
            try address.bind(descriptor, host: host, port: port)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.port = address.boundPort(of: descriptor)
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
            if socket >= 0 { return .connection(socket, address.peer, address) }
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

    /// Lets no new handshake begin, while those that have begun end in the backlog. A client that tries is not refused yet:
    /// its system repeats the attempt after a second.
    func dropHandshakes() { shim_drop_handshakes(descriptor) }

    /// Refuses new connections and ends those that were not accepted.
    func close() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        Glibc.close(descriptor)
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

    fileprivate static func failure(_ host: String, _ port: UInt16) -> ServerError {
        let error = SystemCallError(code: errno)
        return error.isShortage
            ? .shortage(reason: "\(error)") : .cannotListen(host: host, port: port, reason: "\(error)")
    }
}

extension SystemCallError {
    /// Whether the process or the system has no descriptor, thread or memory left.
    var isShortage: Bool { [EAGAIN, EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) }
}

/// Room for an address of any family.
struct SocketAddress {
    private var storage = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    private(set) var family: Int32 = 0

    init() {}

    init(_ info: addrinfo) {
        family = unsafe info.ai_family
        length = unsafe info.ai_addrlen
        let count = Int(length)
        unsafe withUnsafeMutableBytes(of: &storage) { target in
            unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: info.ai_addr, count: count))
        }
    }

    /// accept4(2): the connection's descriptor, or -1. Its peer's address is here then.
    mutating func accept(from descriptor: Int32) -> Int32 {
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe accept4(descriptor, $0, &length, Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
            }
        }
    }

    /// The address as the server counts it.
    var peer: PeerAddress { unsafe withAddress { address, _ in unsafe PeerAddress(address) } }

    /// Calls a function of C with the address and its length.
    func withAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    mutating func bind(_ descriptor: Int32, host: String, port: UInt16) throws(ServerError) {
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, size)
        let (room, backlog) = (length, Int32(ListeningSocket.backlog))
        let bound = unsafe withUnsafePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe Glibc.bind(descriptor, $0, room) }
        }
        guard bound == 0, listen(descriptor, backlog) == 0 else { throw ListeningSocket.failure(host, port) }
    }

    mutating func boundPort(of descriptor: Int32) -> UInt16 {
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            _ = unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &size)
            }
            // The port stands at the same place in sockaddr_in and sockaddr_in6 (ip(7), ipv6(7)).
            return unsafe pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                unsafe UInt16(bigEndian: $0.pointee.sin_port)
            }
        }
    }
}

extension PeerAddress {
    /// Reads an address as accept(2) gives it. All peers that have neither IPv4 nor IPv6 count as one.
    init(_ address: UnsafePointer<sockaddr>?) {
        guard let address = unsafe address else { self.init(high: 0, low: 0); return }
        switch Int32(unsafe address.pointee.sa_family) {
        case AF_INET:
            let bytes = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self)
            self.init(ipv4: UInt32(bigEndian: bytes.sin_addr.s_addr))
        case AF_INET6:
            // sin6_addr stands 8 bytes into sockaddr_in6 (ipv6(7)).
            let bytes = unsafe UnsafeRawPointer(address) + 8
            self.init(
                high: UInt64(bigEndian: unsafe bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        default:
            self.init(high: 0, low: 0)
        }
    }
}
