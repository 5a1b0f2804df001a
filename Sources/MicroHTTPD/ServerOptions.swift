public import HTTPExchange

/// What bounds a ``HTTPServer``. Everything has a limit.
public struct ServerOptions: Sendable {
    public var address: ServerAddress
    /// A socket that the process was started with; then there is no use for ``address``.
    public var inherited: InheritedSocket?
    /// Threads that serve connections, each with its own epoll set.
    public var threads: Int
    /// Open connections at most. At the limit new clients wait in the listen backlog. Should leave room below the
    /// process's limit of descriptors (RLIMIT_NOFILE).
    public var connections: Int
    /// Open connections at most for one IPv4 address, one IPv6 /64 or one user of a Unix socket; a further one is closed at once. 0 is no limit.
    public var perAddress: Int
    /// Peers without the limit ``perAddress``, because they connect for many clients.
    public var proxies: [AddressRange] = []
    /// How long a connection may be idle between two requests, how long a client may take to receive a reply, and how long it
    /// may take nothing of a reply in pieces.
    public var idleTimeout: Duration
    /// How long a request's header section may take to arrive, counted from the accepted connection or, on a connection
    /// that is kept, from the request's first byte; and how long its content may take after that.
    public var requestTimeout: Duration
    /// Bytes of a request target at most; above it 414. The header fields together have a limit too, which follows from
    /// libmicrohttpd's memory for each connection (see `ConnectionMemory`).
    public var targetLimit = 8_192
    /// Header fields of a request at most; above it 431.
    public var fieldLimit = 100
    /// Bytes of content at most. At 0 a request with content gets its reply without the content being read, and the
    /// connection closes.
    public var bodyLimit = 0
    /// After which silence a stream is asked for a piece, and how long its client may leave what was sent without an answer.
    public var heartbeat = Duration.seconds(15)
    /// What the library's threads are asked for, where they have to show that they turn (``HTTPServer/isTurning``): the handler has
    /// to answer it at once, whatever its peer. With nil they are not asked.
    public var livenessTarget: String?
    /// Receives the library's own messages, at most one a second, without any bytes of a request. Called on the library's
    /// threads; must not block.
    public var log: @Sendable (String) -> Void = { _ in }

    public init(
        address: ServerAddress, threads: Int, connections: Int, perAddress: Int, idleTimeout: Duration,
        requestTimeout: Duration
    ) {
        self.address = address
        self.threads = threads
        self.connections = connections
        self.perAddress = perAddress
        self.idleTimeout = idleTimeout
        self.requestTimeout = requestTimeout
    }

    /// A small server for programs of this machine: one thread, any free port.
    public static let loopback = ServerOptions(
        address: .network(host: "127.0.0.1", port: 0), threads: 1, connections: 1_000, perAddress: 0,
        idleTimeout: .seconds(75), requestTimeout: .seconds(10))
}

/// Where a server listens.
public enum ServerAddress: Sendable, Equatable, CustomStringConvertible {
    /// A numeric address or a name. With port 0 the system chooses one.
    case network(host: String, port: UInt16)
    /// The file of a Unix socket. Its owner and its group may connect. It is gone when the server has stopped.
    case unix(path: String)

    /// Bytes of the path of a Unix socket at most (unix(7): 108 with the NUL that ends it).
    public static let longestPath = 107

    public var description: String {
        switch self {
        case .network(let host, let port): "\(host), port \(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

/// Why a ``HTTPServer`` could not start.
public enum ServerError: Error, Sendable, Equatable, CustomStringConvertible {
    case unknownHost(String)
    case cannotListen(ServerAddress, reason: String)
    case libraryRefused
    /// The system has no thread, descriptor or memory left for the server; the reason is the system's own.
    case shortage(reason: String)

    public var description: String {
        switch self {
        case .unknownHost(let host): "There is no address or host name '\(host)'."
        case .cannotListen(.network(let host, let port), let reason):
            "Cannot listen on \(host), port \(port): \(reason). Choose another host or port, or stop what has it."
        case .cannotListen(.unix(let path), let reason): "Cannot listen on unix:\(path): \(reason)."
        case .libraryRefused: "The HTTP library could not start; its message is in the log."
        case .shortage(let reason):
            "The system has no threads, descriptors or memory left for the server (\(reason)). "
                + "Raise the limits of processes, open files and address space (ulimit -u, -n, -v)."
        }
    }
}
