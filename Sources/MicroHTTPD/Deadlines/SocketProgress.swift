import CMicroHTTPD
import Glibc

/// What the kernel knows of a connection and libmicrohttpd does not report: how many bytes have come, and whether the
/// client has finished sending. One system call gives both (tcp(7), TCP_INFO).
struct SocketProgress: Equatable {
    /// `struct tcp_info` of linux/tcp.h is stable and only grows; glibc's own ends before the field that is needed.
    private static let (stateOffset, bytesReceivedOffset, size) = (0, 128, 136)
    /// The client's end of the stream has come, the server's has not been sent (RFC 9293 §3.3.2).
    private static let closeWait: UInt8 = 8
    /// The connection was reset.
    private static let closed: UInt8 = 7

    let bytesReceived: UInt64
    let hasFinished: Bool
    let hasBroken: Bool

    /// Nil if the kernel does not say.
    init?(of socket: Int32) {
        var info = InlineArray<17, UInt64>(repeating: 0)
        var length = socklen_t(Self.size)
        let (received, state) = unsafe withUnsafeMutableBytes(of: &info) { buffer -> (UInt64, UInt8) in
            let status = unsafe getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, buffer.baseAddress, &length)
            guard status == 0, Int(length) == Self.size else { return (0, 0) }
            return unsafe (
                buffer.load(fromByteOffset: Self.bytesReceivedOffset, as: UInt64.self),
                buffer.load(fromByteOffset: Self.stateOffset, as: UInt8.self)
            )
        }
        guard state != 0 else { return nil }
        bytesReceived = received
        hasFinished = state == Self.closeWait
        hasBroken = state == Self.closed
    }

    /// Whether bytes have come that are not read yet. True if the kernel does not say.
    static func hasUnread(_ socket: Int32) -> Bool {
        var unread: Int32 = 0
        return unsafe ioctl(socket, UInt(FIONREAD), &unread) != 0 || unread > 0
    }
}
