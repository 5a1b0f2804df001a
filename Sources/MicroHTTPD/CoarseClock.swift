import Synchronization

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
