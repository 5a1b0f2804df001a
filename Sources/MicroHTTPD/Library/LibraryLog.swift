import Glibc
import Synchronization

/// Passes on the library's own messages: at most one a second, because a client can cause one with each request, and only the
/// message's pattern, because its arguments can be a client's bytes.
final class LibraryLog: Sendable {
    /// The message of a thread that has no connection and found no descriptor for its first one. It tries again without a
    /// pause (daemon.c, `MHD_accept_connection`).
    private static let spinning = "Hit process or system resource limit at FIRST"
    /// Any message that there is no descriptor for a connection.
    private static let shortage = "Hit process or system resource limit"
    /// The message right before such a message, which adds nothing to it.
    private static let preface = "Error accepting connection"
    private static let advice =
        "no descriptor is left for new connections, which wait until one is closed; raise the limit of open files"

    private let counters: ServerCounters
    private let log: @Sendable (String) -> Void
    private let last = Mutex<(at: ContinuousClock.Instant?, suppressed: Int)>((nil, 0))

    init(counters: ServerCounters, log: @escaping @Sendable (String) -> Void) {
        self.counters = counters
        self.log = log
    }

    /// Call it on the thread that logs the message. Returns how long that thread should pause, in microseconds.
    func receive(_ pattern: String, error: Int32, at now: ContinuousClock.Instant) -> UInt32 {
        guard pattern.utf8.starts(with: Self.shortage.utf8) else {
            let isPreface = pattern.utf8.starts(with: Self.preface.utf8) && (error == EMFILE || error == ENFILE)
            if !isPreface { passOn(pattern, at: now) }
            return 0
        }
        counters.recordShortage()
        passOn(Self.advice, at: now)
        return pattern.utf8.starts(with: Self.spinning.utf8) ? 100_000 : 0
    }

    private func passOn(_ message: String, at now: ContinuousClock.Instant) {
        let suppressed: Int? = last.withLock { last in
            if let at = last.at, at.duration(to: now) < .seconds(1) {
                last.suppressed += 1
                return nil
            }
            defer { last = (now, 0) }
            return last.suppressed
        }
        guard let suppressed else { return }
        let lines = message.utf8.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        let text = lines.map { Substring($0) }.joined(separator: " ")
        log("libmicrohttpd: " + (suppressed == 0 ? text : "\(text) (and \(suppressed) more messages)"))
    }
}
