import Synchronization

/// A clock that stands still until told; sleepers wake when it has got there.
final class ManualClock: Sendable {
    private struct State {
        var now = ContinuousClock.now
        var sleepers: [Int: (until: ContinuousClock.Instant, wake: CheckedContinuation<Bool, Never>)] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    @Sendable func now() -> ContinuousClock.Instant { state.withLock(\.now) }

    /// Those who sleep now.
    var sleepers: Int { state.withLock(\.sleepers.count) }

    @Sendable func sleep(until instant: ContinuousClock.Instant) async throws {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        let isDue = await withTaskCancellationHandler {
            await withCheckedContinuation { wake in
                let isOver = state.withLock { state in
                    guard instant > state.now, !Task.isCancelled else { return true }
                    state.sleepers[number] = (instant, wake)
                    return false
                }
                if isOver { wake.resume(returning: true) }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: number) }?.wake.resume(returning: false)
        }
        if !isDue { throw CancellationError() }
    }

    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            let due = state.sleepers.filter { $0.value.until <= state.now }
            for number in due.keys { state.sleepers[number] = nil }
            return due.values.map(\.wake)
        }
        for wake in due { wake.resume(returning: true) }
    }
}

/// Gives way to other tasks until it holds.
func eventually(_ holds: () -> Bool) async {
    while !holds() { await Task.yield() }
}
