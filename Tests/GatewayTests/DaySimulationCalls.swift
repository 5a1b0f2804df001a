import Synchronization

/// When the account's calls began, as AWS counts them.
final class DaySimulationCalls: Sendable {
    private struct State {
        var count = 0
        var latest: [Int] = []
        var most = 0
    }

    private let state = Mutex(State())

    var count: Int { state.withLock(\.count) }
    /// The most in any second, wherever it begins.
    var mostInASecond: Int { state.withLock(\.most) }

    func note(at tick: Int) {
        state.withLock { state in
            state.count += 1
            state.latest.removeAll { tick - $0 >= Int(DaySimulation.ticksPerSecond) }
            state.latest.append(tick)
            state.most = max(state.most, state.latest.count)
        }
    }
}
