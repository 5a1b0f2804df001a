import Formats
import Glibc
import Synchronization

/// Passes on the library's own messages: at most one a second, because a client can cause one with each request. They hold no
/// byte of a request.
///
/// What it says of a request that it refuses becomes a line of the access log instead (see ``LibraryRefusals``).
final class LibraryLog: Sendable {
    /// The message for each request that the library refuses (connection.c, `transmit_error_response_len`). Its first argument
    /// is the status.
    private static let refusal = "Error processing request (HTTP response code is %u"
    /// How messages begin of a request that the server itself has ended, of a client that has gone before its reply was sent,
    /// which the access log has a line for.
    private static let known = [
        "Application reported internal error", "Failed to send the response", "Failed to send the chunked response",
        "Failed to send the footers", "Closing connection (application error generating response)",
        "Closing connection (application reported error generating data)",
    ]
    /// How messages begin of options of TCP, which a Unix socket does not have (mhd_send.c of 0.9.75).
    private static let knownOfUnixSockets = ["Setting TCP_NODELAY", "Setting TCP_CORK", "Failed to push the data"]

    let refusals = LibraryRefusals()
    private let log: @Sendable (String) -> Void
    private let last = Mutex<(at: ContinuousClock.Instant?, suppressed: Int)>((nil, 0))

    private let silent: [String]

    /// - Parameter hasUnixSockets: whether some connections are of Unix sockets.
    init(hasUnixSockets: Bool = false, log: @escaping @Sendable (String) -> Void) {
        silent = Self.known + (hasUnixSockets ? Self.knownOfUnixSockets : [])
        self.log = log
    }

    /// Call it on the thread that logs the message.
    ///
    /// - Parameter pattern: as for printf(3).
    func receive(
        _ pattern: UnsafePointer<CChar>, _ arguments: CVaListPointer, at now: ContinuousClock.Instant
    ) {
        let bytes = unsafe String(cString: pattern).utf8
        if bytes.starts(with: Self.refusal.utf8) {
            let status = unsafe LibraryMessage("%u", arguments).text
            return refusals.receive(status: Int(status) ?? 0)
        }
        let message = unsafe LibraryMessage(pattern, arguments)
        if !silent.contains(where: { message.text.utf8.starts(with: $0.utf8) }) { passOn(at: now) { message.text } }
    }

    private func passOn(at now: ContinuousClock.Instant, _ message: () -> String) {
        let suppressed: Int? = last.withLock { last in
            if let at = last.at, at.duration(to: now) < .seconds(1) {
                last.suppressed += 1
                return nil
            }
            defer { last = (now, 0) }
            return last.suppressed
        }
        guard let suppressed else { return }
        log(suppressed == 0 ? message() : "\(message()) (and \(suppressed) more messages)")
    }
}

/// A message of libmicrohttpd with its arguments, in one line.
struct LibraryMessage {
    /// Bytes at most.
    private static let limit = 240
    /// In a message with these words the first text is the path of a request, which can name a patient (connection.c of 0.9.75
    /// and 1.0.1). No other message has a text of a client.
    private static let namesPath = Array("request for ".utf8)

    let text: String

    /// Formats a pattern as vprintf(3) does. The arguments cannot be used again.
    init(_ pattern: UnsafePointer<CChar>, _ arguments: CVaListPointer) {
        let pattern = unsafe Self.withoutPath(Array(String(cString: pattern).utf8))
        var buffer = [CChar](repeating: 0, count: Self.limit + 1)
        _ = unsafe pattern.withUnsafeBufferPointer { pattern in
            unsafe vsnprintf(&buffer, buffer.count, pattern.baseAddress!, arguments)
        }
        let bytes = buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        let line = bytes.map { $0.isControl ? UInt8(ascii: " ") : $0 }
        text = String(decoding: line.trimming { $0 == UInt8(ascii: " ") }, as: UTF8.self)
    }

    /// The pattern, ended by a NUL. A precision of 0 keeps the path out of the text and takes its argument all the same.
    private static func withoutPath(_ pattern: [UInt8]) -> [CChar] {
        var pattern = pattern
        if pattern.contains(namesPath), let place = pattern.firstRange(of: Array("%s".utf8)) {
            pattern.replaceSubrange(place, with: "%.0s".utf8)
        }
        return pattern.map { CChar(bitPattern: $0) } + [0]
    }
}
