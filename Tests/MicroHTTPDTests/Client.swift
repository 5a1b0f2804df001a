import Dispatch
import Foundation
import Glibc

/// A raw client of TCP or of a Unix socket, which sends exactly the bytes that a test gives.
///
/// `@unchecked Sendable` because: it holds only a descriptor that never changes.
final class Client: @unchecked Sendable {
    private let descriptor: Int32
    /// Seconds after which a read ends; only a broken server makes a test wait for it.
    static let timeout = 10

    /// - Parameter receiveBuffer: bytes that the system may keep for the client, so that it has no room soon.
    init(port: UInt16, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var receiveBuffer {
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw ClientError.notConnected(errno) }
        limitReading()
    }

    /// - Parameter path: of a Unix socket.
    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else { throw ClientError.notConnected(errno) }
        limitReading()
    }

    private func limitReading() {
        var timeout = timeval(tv_sec: Self.timeout, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
        var rest = Array(text.utf8)
        while !rest.isEmpty {
            let sent = unsafe Glibc.send(descriptor, rest, rest.count, Int32(MSG_NOSIGNAL))
            guard sent > 0 else { return }
            rest.removeFirst(sent)
        }
    }

    /// Sends later, from a thread of a dispatch queue, which no other test delays.
    func send(_ text: String, afterMilliseconds delay: Int) {
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(delay)) { self.send(text) }
    }

    /// Ends the sending direction only.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Breaks the connection with a reset instead of an orderly end.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    }

    /// Lets nothing arrive any more, as if the route to this client were gone: not even an acknowledgement goes back (socket(7),
    /// SO_ATTACH_FILTER).
    func vanish() {
        let drop: UInt64 = 0x06  // BPF_RET | BPF_K, 0 bytes
        unsafe withUnsafePointer(to: drop) { code in
            var program = unsafe (length: UInt16(1), filter: code)
            unsafe setsockopt(
                descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, socklen_t(MemoryLayout.size(ofValue: program)))
        }
    }

    /// Reads so many bytes at most, or waits until some come. Empty at the end.
    func read(atMost count: Int) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        let received = unsafe recv(descriptor, &buffer, count, 0)
        return Array(buffer.prefix(max(0, received)))
    }

    /// Reads so often. Returns how often something came.
    func receiveSlowly(atMost count: Int, everyMilliseconds pause: UInt32, times: Int) async -> Int {
        await onOwnThread {
            (0..<times).count { _ in
                usleep(1_000 * pause)
                return !self.read(atMost: count).isEmpty
            }
        }
    }

    /// The bytes until the server ends the connection.
    func receiveAllBytes() async -> [UInt8] {
        await onOwnThread {
            var (all, last): ([UInt8], [UInt8]) = ([], [0])
            while !last.isEmpty {
                last = self.read(atMost: 65_536)
                all += last
            }
            return all
        }
    }

    /// What arrives until it is enough or the server ends the connection.
    func receive(until isEnough: @escaping @Sendable (String) -> Bool) async -> String {
        await onOwnThread { self.read(until: isEnough) }
    }

    /// Waits on a thread of its own: the few threads of the task pool, which the server's stop needs too, must not all wait here,
    /// and a dispatch queue adds threads slowly where those that it has wait.
    private func onOwnThread<Result: Sendable>(_ read: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: read()) }
        }
    }

    private func read(until isEnough: (String) -> Bool) -> String {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isEnough(String(decoding: received, as: UTF8.self)) {
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            received += buffer[..<count]
        }
        return String(decoding: received, as: UTF8.self)
    }

    /// Everything until the server ends the connection.
    func receiveAll() async -> String { await receive { _ in false } }
}

enum ClientError: Error {
    case notConnected(Int32)
}

extension String {
    /// How often `part` occurs.
    func components(of part: String) -> Int {
        var (count, rest) = (0, self[...])
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }

    var statuses: [Int] {
        split(separator: "\r\n").compactMap { line in
            line.hasPrefix("HTTP/1.1 ") ? Int(line.dropFirst(9).prefix(3)) : nil
        }
    }
}
