import CMicroHTTPD
import Glibc

/// What the kernel knows of a connection and libmicrohttpd does not report: how many bytes have come and were taken, and whether
/// the client has finished sending. Of TCP one system call gives all (tcp(7), TCP_INFO). Of a Unix socket the kernel tells less.
struct SocketProgress: Equatable {
    /// `struct tcp_info` of linux/tcp.h is stable and only grows; glibc's own ends before the fields that are needed.
    private enum Offset {
        static let state = 0
        static let unacknowledged = 24
        static let lastAnswer = 56
        static let bytesAcknowledged = 120
        static let bytesReceived = 128
        static let unsent = 144
        static let end = 148
    }
    /// The client's end of the stream has come, the server's has not been sent (RFC 9293 §3.3.2).
    private static let closeWait: UInt8 = 8
    /// The connection was reset.
    private static let closed: UInt8 = 7

    /// Nil where the kernel does not say, as of a Unix socket.
    let bytesReceived: UInt64?
    /// Grows by what the client's system has acknowledged. On a Unix socket it grows by what the client has read, and falls by what
    /// is sent.
    let bytesAcknowledged: UInt64
    let hasFinished: Bool
    let hasBroken: Bool
    /// Whether bytes are on their way.
    let hasUnacknowledged: Bool
    /// Whether bytes wait in the kernel, because the client has no room.
    let hasUnsent: Bool
    /// Since the last acknowledgement, of bytes or of nothing, in ticks of ``CoarseClock``.
    let ticksSinceAnswer: Int

    /// Nil if the kernel does not say.
    init?(of socket: Int32) {
        var info = InlineArray<19, UInt64>(repeating: 0)
        var length = socklen_t(Offset.end)
        let seen = unsafe withUnsafeMutableBytes(of: &info) { buffer -> SocketProgress? in
            let status = unsafe getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, buffer.baseAddress, &length)
            guard status == 0 else { return errno == EOPNOTSUPP ? SocketProgress(ofUnixSocket: socket) : nil }
            guard Int(length) == Offset.end else { return nil }
            return unsafe SocketProgress(UnsafeRawBufferPointer(buffer))
        }
        guard let seen else { return nil }
        self = seen
    }

    /// - Parameter info: a `struct tcp_info`. Nil if it has no state.
    private init?(_ info: UnsafeRawBufferPointer) {
        func number<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Number.Type) -> Number {
            unsafe info.load(fromByteOffset: offset, as: type)
        }
        let state = number(at: Offset.state, as: UInt8.self)
        guard state != 0 else { return nil }
        self.init(
            bytesReceived: number(at: Offset.bytesReceived, as: UInt64.self),
            bytesAcknowledged: number(at: Offset.bytesAcknowledged, as: UInt64.self),
            hasFinished: state == Self.closeWait, hasBroken: state == Self.closed,
            hasUnacknowledged: number(at: Offset.unacknowledged, as: UInt32.self) > 0,
            hasUnsent: number(at: Offset.unsent, as: UInt32.self) > 0,
            ticksSinceAnswer: CoarseClock.ticks(inMilliseconds: Int(number(at: Offset.lastAnswer, as: UInt32.self))))
    }

    /// The client's end of the stream makes POLLRDHUP, and its close makes POLLHUP (af_unix.c of Linux, `unix_poll`). What it has not
    /// read yet counts as sent memory (`unix_outq_len`). There is no network that could be gone.
    private init?(ofUnixSocket socket: Int32) {
        var entry = pollfd(fd: socket, events: Int16(shim_poll_finished), revents: 0)
        var unread: Int32 = 0
        guard unsafe poll(&entry, 1, 0) >= 0, unsafe ioctl(socket, UInt(TIOCOUTQ), &unread) == 0 else { return nil }
        self.init(
            bytesReceived: nil, bytesAcknowledged: .max - UInt64(max(0, unread)),
            hasFinished: entry.revents & (Int16(shim_poll_finished) | Int16(POLLHUP)) != 0,
            hasBroken: entry.revents & Int16(POLLHUP) != 0, hasUnacknowledged: false, hasUnsent: unread > 0,
            ticksSinceAnswer: 0)
    }

    init(
        bytesReceived: UInt64?, bytesAcknowledged: UInt64, hasFinished: Bool, hasBroken: Bool, hasUnacknowledged: Bool,
        hasUnsent: Bool, ticksSinceAnswer: Int
    ) {
        self.bytesReceived = bytesReceived
        self.bytesAcknowledged = bytesAcknowledged
        self.hasFinished = hasFinished
        self.hasBroken = hasBroken
        self.hasUnacknowledged = hasUnacknowledged
        self.hasUnsent = hasUnsent
        self.ticksSinceAnswer = ticksSinceAnswer
    }

    /// Whether bytes have come that are not read yet. True if the kernel does not say.
    static func hasUnread(_ socket: Int32) -> Bool {
        var unread: Int32 = 0
        return unsafe ioctl(socket, UInt(FIONREAD), &unread) != 0 || unread > 0
    }
}
