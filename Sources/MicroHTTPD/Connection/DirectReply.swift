import Formats
import Glibc
import HTTPExchange
import HTTPTypes

/// A reply that is written to the socket without libmicrohttpd, for a request that left no room for it in the connection's
/// memory (``ConnectionMemory``).
struct DirectReply {
    private let bytes: [UInt8]

    /// - Parameter hasContent: false for a request with HEAD.
    init(_ reply: Reply, hasContent: Bool) {
        let date = Timestamp(millisecondsSinceEpoch: Int64(time(nil)) * 1_000).httpDate
        var bytes: [UInt8] = []
        bytes.append("HTTP/1.1 \(reply.status.code) \(reply.status.reasonPhrase)\r\nDate: \(date)\r\n")
        bytes.append("Connection: close\r\nContent-Length: \(reply.body.bytes.count)")
        var isSecond = false
        for byte in reply.fields.bytes {
            guard byte == FieldBlock.lineStart else {
                bytes.append(byte)
                continue
            }
            bytes.append(isSecond ? 0x0A : 0x0D)
            isSecond.toggle()
        }
        bytes.append("\r\n\r\n")
        if hasContent { bytes += reply.body.bytes }
        self.bytes = bytes
    }

    /// Whether all of it has gone out. It is small, and a socket that has sent everything before has room for it; the thread
    /// must not wait for one that has not.
    func send(to socket: Int32) -> Bool {
        unsafe Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            == bytes.count
    }
}
