import Glibc

/// A server's side of one connection. Used by one thread.
final class Connection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private(set) var isClosedByClient = false
    private var isReset = false

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// The next head and the content that `Content-Length` announces; nil when the client has closed.
    func nextRequest() -> (head: String, body: [UInt8])? {
        while true {
            if let request = takeRequest() { return request }
            guard let bytes = Socket.read(descriptor) else {
                isClosedByClient = true
                return nil
            }
            buffer += bytes
        }
    }

    private func takeRequest() -> (head: String, body: [UInt8])? {
        guard let end = buffer.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else { return nil }
        let head = String(decoding: buffer[..<end], as: UTF8.self)
        let length = head.lines.first { $0.hasPrefix("Content-Length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
        guard buffer.count >= end + length else { return nil }
        defer { buffer.removeFirst(end + length) }
        return (head, Array(buffer[end..<(end + length)]))
    }

    /// False when the connection is at its end.
    func perform(_ step: LoopbackServer.Step) -> Bool {
        switch step {
        case .send(let text): return send(Array(text.utf8))
        case .sendBytes(let bytes): return send(bytes)
        case .sendForever(let bytes):
            while send(bytes) {}
            return false
        case .close: return false
        case .reset:
            isReset = true
            return false
        case .hang:
            while Socket.read(descriptor) != nil {}
            isClosedByClient = true
            return false
        }
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        let isSent = Socket.write(descriptor, bytes)
        if !isSent { isClosedByClient = true }
        return isSent
    }

    func close() {
        if isReset { Socket.resetOnClose(descriptor) }
        _ = Glibc.close(descriptor)
    }
}

extension String {
    /// The lines of a head.
    var lines: [Substring] { split(separator: "\r\n") }
}
