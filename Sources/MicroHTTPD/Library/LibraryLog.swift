import Glibc
import Synchronization

/// The library's own messages: at most one a second, because a client can cause one with each request, and only the
/// message's pattern, because what would be filled in can be a client's bytes.
final class LibraryLog: Sendable {
    /// The message of a thread that has no connection and found no descriptor for its first: it would try again and again
    /// as fast as it can (daemon.c, `MHD_accept_connection`).
    private static let spinning = "Hit process or system resource limit at FIRST"
    /// Any message that a connection found no descriptor.
    private static let shortage = "Hit process or system resource limit"
    /// What comes right before such a message and says no more.
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

    /// Call it on the library's thread that complains. Returns how long that thread should pause, in microseconds.
    func receive(_ pattern: String, error: Int32, at now: ContinuousClock.Instant) -> UInt32 {
        guard pattern.hasPrefix(Self.shortage) else {
            if !pattern.hasPrefix(Self.preface) || error != EMFILE && error != ENFILE { tell(pattern, at: now) }
            return 0
        }
        counters.recordShortage()
        tell(Self.advice, at: now)
        return pattern.hasPrefix(Self.spinning) ? 100_000 : 0
    }

    private func tell(_ message: String, at now: ContinuousClock.Instant) {
        let suppressed: Int? = last.withLock { last in
            if let at = last.at, at.duration(to: now) < .seconds(1) {
                last.suppressed += 1
                return nil
            }
            defer { last = (now, 0) }
            return last.suppressed
        }
        guard let suppressed else { return }
        let text = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        log(suppressed == 0 ? text : "\(text) (and \(suppressed) more messages)")
    }
}
