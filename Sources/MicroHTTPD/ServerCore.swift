import HTTPExchange
import Synchronization

/// What every callback of one server needs.
final class ServerCore: Sendable {
    let options: ServerOptions
    let handler: any Handler
    let clock = CoarseClock()
    let idleTicks: Int
    let requestTicks: Int
    let alarm = WakeUp()
    let timers: Timers
    let table = ConnectionTable()
    let complaints: Complaints
    private let draining = Atomic(false)

    init(options: ServerOptions, handler: any Handler) {
        self.options = options
        self.handler = handler
        idleTicks = CoarseClock.ticks(in: options.idleTimeout)
        requestTicks = CoarseClock.ticks(in: options.requestTimeout)
        timers = Timers(alarm: alarm)
        complaints = Complaints(log: options.log)
    }

    /// Whether every answer from here on ends its connection.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func startDraining() { draining.store(true, ordering: .relaxed) }
}

/// The library's own messages: at most one a second, because a client can cause one with each request, and only the
/// message's pattern, because what would be filled in can be a client's bytes.
final class Complaints: Sendable {
    private let log: @Sendable (String) -> Void
    private let last = Mutex<(at: ContinuousClock.Instant?, suppressed: Int)>((nil, 0))

    init(log: @escaping @Sendable (String) -> Void) {
        self.log = log
    }

    func hear(_ pattern: String, at now: ContinuousClock.Instant) {
        let suppressed: Int? = last.withLock { last in
            if let at = last.at, at.duration(to: now) < .seconds(1) {
                last.suppressed += 1
                return nil
            }
            defer { last = (now, 0) }
            return last.suppressed
        }
        guard let suppressed else { return }
        let text = pattern.split(whereSeparator: \.isNewline).joined(separator: " ")
        log(suppressed == 0 ? text : "\(text) (and \(suppressed) more messages)")
    }
}
