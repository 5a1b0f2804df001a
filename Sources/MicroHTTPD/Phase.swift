import Synchronization

/// What a connection is doing, as far as the server's own thread has to know: until when it may go on. Written by the
/// connection's worker, read by the reaper. Times are ticks of ``CoarseClock``.
struct Phase: ~Copyable {
    /// The deadline's tick; `Int.max` while a complete request is being answered, negative while idle.
    private let state: Atomic<Int>

    init(readingUntil tick: Int) {
        state = Atomic(-tick)
    }

    /// A request's bytes have begun to arrive.
    func startReading(until tick: Int) { state.store(tick, ordering: .relaxed) }

    /// The request is complete: its own deadline holds from here on.
    func startAnswering() { state.store(.max, ordering: .relaxed) }

    /// Between two requests.
    func rest(until tick: Int) { state.store(-tick, ordering: .relaxed) }

    /// Whether a request is under way that deserves an answer.
    var isAnswering: Bool { state.load(ordering: .relaxed) == .max }

    /// What was noted last, to be compared with a later look.
    var value: Int { state.load(ordering: .relaxed) }

    /// Whether the connection is open and no byte of a request has come since the last answer.
    var isResting: Bool { state.load(ordering: .relaxed) < 0 }

    func isOverdue(at tick: Int) -> Bool { state.load(ordering: .relaxed).magnitude < tick }
}

/// Time in ticks of 100 ms, kept by the server's own thread, so that the hit path reads no clock for its time limits.
final class CoarseClock: Sendable {
    static let resolution = Duration.milliseconds(100)
    private let ticks = Atomic(0)

    var now: Int { ticks.load(ordering: .relaxed) }

    /// The first tick at which so many ticks have surely passed.
    func tick(after ticks: Int) -> Int { now + ticks + 1 }

    /// The same time in ticks, rounded up. For limits, once: a division of durations is a long one.
    static func ticks(in duration: Duration) -> Int { Int((duration / resolution).rounded(.up)) }

    func advance(to tick: Int) { ticks.store(tick, ordering: .relaxed) }
}
