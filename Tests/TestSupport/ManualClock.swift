import Synchronization

/// A monotonic clock and a wall clock that stand still until the test advances them, both by the same time.
public final class ManualClock: Sendable {
    /// What a sleep on this clock does.
    public enum Sleep: Sendable {
        /// It waits until the test has advanced the clock far enough.
        case waits
        /// It advances the clock itself and returns at once.
        case advancesTheClock
    }

    private struct Sleeper {
        let end: ContinuousClock.Instant
        /// Resumed with whether the end was reached; false after cancellation.
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var now: ContinuousClock.Instant
        var sleepers: [Int: Sleeper] = [:]
        var sleeps: [Duration] = []
    }

    /// Where the monotonic clock began.
    public let start = ContinuousClock.now
    private let wallStart: Int64
    private let sleep: Sleep
    private let state: Mutex<State>

    /// - Parameter wallStart: where the wall clock begins, in milliseconds since 1970.
    public init(wallStart: Int64 = 0, sleep: Sleep = .waits) {
        self.wallStart = wallStart
        self.sleep = sleep
        state = Mutex(State(now: start))
    }

    /// The monotonic clock.
    public var now: ContinuousClock.Instant { state.withLock(\.now) }

    /// The wall clock, in milliseconds since 1970.
    public var millisecondsSinceEpoch: Int64 {
        wallStart + Int64((start.duration(to: now) / .milliseconds(1)).rounded())
    }

    /// How many tasks sleep now.
    public var sleepers: Int { state.withLock(\.sleepers.count) }

    /// How long each sleep was to take, in the order in which they began.
    public var sleeps: [Duration] { state.withLock(\.sleeps) }

    /// Moves both clocks and wakes the tasks that have slept long enough.
    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            let due = state.sleepers.filter { $0.value.end <= state.now }
            for number in due.keys { state.sleepers[number] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume(returning: true) }
    }

    /// Sleeps on the monotonic clock.
    /// - Throws: `CancellationError` if the task is cancelled before the end.
    @Sendable public func sleep(until end: ContinuousClock.Instant) async throws(CancellationError) {
        let number = state.withLock { state in
            state.sleeps.append(end - state.now)
            return state.sleeps.count
        }
        guard sleep == .waits else {
            guard !Task.isCancelled else { throw CancellationError() }
            return advance(by: max(.zero, end - now))
        }
        guard await isReached(end, by: number) else { throw CancellationError() }
    }

    private func isReached(_ end: ContinuousClock.Instant, by number: Int) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let result: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    if state.now >= end { return true }
                    state.sleepers[number] = Sleeper(end: end, continuation: continuation)
                    return nil
                }
                if let result { continuation.resume(returning: result) }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: number) }?.continuation.resume(returning: false)
        }
    }
}
