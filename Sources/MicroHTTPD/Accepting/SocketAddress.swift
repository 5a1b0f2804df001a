import CMicroHTTPD  // The Glibc module leaves socket headers to whichever module includes them first.
import Glibc
import HTTPExchange
import Threads

/// Room for an address of any family.
struct SocketAddress {
    private var storage = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    private(set) var family: Int32 = 0
    /// Where the path stands in sockaddr_un, and its room there (unix(7)).
    private static let (pathStart, pathRoom) = (2, 108)

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
        defer { family = Int32(storage.ss_family) }
        return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe accept4(descriptor, $0, &length, Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
            }
        }
    }

    /// The address of a Unix socket. The path has at most ``ServerAddress/longestPath`` bytes.
    init(path: String) {
        family = AF_UNIX
        storage.ss_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8.prefix(Self.pathRoom - 1))
        unsafe withUnsafeMutableBytes(of: &storage) { target in
            unsafe UnsafeMutableRawBufferPointer(rebasing: target[Self.pathStart...]).copyBytes(from: bytes)
        }
        length = socklen_t(Self.pathStart + bytes.count + 1)
    }

    /// The peer of a connection as the server counts it: its address, or of a Unix socket its user.
    func peer(of connection: Int32) -> PeerAddress {
        guard family != AF_UNIX else { return PeerAddress(user: Self.user(of: connection)) }
        return unsafe withAddress { address, _ in unsafe PeerAddress(address) }
    }

    /// The user that the peer had when it connected (unix(7), SO_PEERCRED); of a peer that the kernel does not tell the number that
    /// Linux uses for users without one (user_namespaces(7)).
    private static func user(of connection: Int32) -> UInt32 {
        // struct ucred: the numbers of the process, the user and the group.
        var credentials = InlineArray<3, UInt32>(repeating: 65_534)
        var size = socklen_t(MemoryLayout.size(ofValue: credentials))
        unsafe getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &credentials, &size)
        return credentials[1]
    }

    /// Calls a function of C with the address and its length.
    func withAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    /// Lets an address be bound whose last connections have not been forgotten yet (socket(7), SO_REUSEADDR).
    func reuse(_ descriptor: Int32) throws(SystemCallError) {
        var yes: Int32 = 1
        let status = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard status == 0 else { throw SystemCallError(code: errno) }
    }

    func bind(_ descriptor: Int32) throws(SystemCallError) {
        let status = unsafe withAddress { unsafe Glibc.bind(descriptor, $0, $1) }
        guard status == 0 else { throw SystemCallError(code: errno) }
    }

    func connect(_ descriptor: Int32) throws(SystemCallError) {
        let status = unsafe withAddress { unsafe Glibc.connect(descriptor, $0, $1) }
        guard status == 0 else { throw SystemCallError(code: errno) }
    }

    /// The address that a socket is bound to (getsockname(2)).
    init(of descriptor: Int32) throws(SystemCallError) {
        let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        guard status == 0 else { throw SystemCallError(code: errno) }
        family = Int32(storage.ss_family)
    }

    mutating func boundPort(of descriptor: Int32) -> UInt16 {
        if let bound = try? SocketAddress(of: descriptor) { self = bound }
        return port
    }

    /// The port, which stands at the same place in sockaddr_in and sockaddr_in6 (ip(7), ipv6(7)).
    var port: UInt16 {
        unsafe withAddress { address, _ in
            unsafe UInt16(bigEndian: UnsafeRawPointer(address).loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        }
    }

    /// The path of a Unix socket; of an abstract name, which begins with a NUL, `@` and the name (unix(7)).
    var path: String {
        let bytes = unsafe withAddress { address, length in
            unsafe Array(
                UnsafeRawBufferPointer(start: address, count: min(Int(length), Self.pathStart + Self.pathRoom)))
        }.dropFirst(Self.pathStart)
        guard bytes.first == 0 else { return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
        return "@" + String(decoding: bytes.dropFirst(), as: UTF8.self)
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
