import Synchronization

/// Whether a stop has to be quick: then nothing takes the time that it was given.
final class Haste: Sendable {
    private struct State {
        var isMade = false
        var tasks: [Task<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// From here on, whatever runs under it is cancelled.
    func make() {
        let tasks = state.withLock { state in
            state.isMade = true
            return state.tasks
        }
        for task in tasks { task.cancel() }
    }

    /// Does the work, cancelled as soon as there is haste.
    func cutting(_ work: @escaping @Sendable () async -> Void) async {
        let task = Task { await work() }
        let isMade = state.withLock { state in
            state.tasks.append(task)
            return state.isMade
        }
        if isMade { task.cancel() }
        await task.value
    }
}
