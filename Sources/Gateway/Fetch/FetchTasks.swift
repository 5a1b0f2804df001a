import Synchronization

/// The tasks of fetches. They are independent of the requests that began them and end with ``run(while:)``, which has to
/// be running. Safe to use from any thread.
///
/// They are no child tasks: only their parent could begin those, on a thread that has to be woken for it. An urgent fetch
/// begins on the caller's thread, up to its first wait.
final class FetchTasks: Sendable {
    private let state = Mutex(FetchTasksState())

    /// Begins a fetch, or keeps it until ``run(while:)``. After that it is cancelled from its beginning.
    func begin(isUrgent: Bool, _ fetch: @escaping @Sendable () async -> Void) {
        guard let number = state.withLock({ $0.enter(fetch) }) else { return }
        let task =
            isUrgent ? Task.immediate { await self.run(fetch, number) } : Task { await self.run(fetch, number) }
        if state.withLock({ $0.hasToCancel(task, of: number) }) { task.cancel() }
    }

    private func run(_ fetch: @Sendable () async -> Void, _ number: UInt64) async {
        await fetch()
        state.withLock { $0.leave(number) }?.resume()
    }

    /// Begins what was kept and does the work; then cancels all fetches and waits for the last.
    func run(while work: () async -> Void) async {
        for fetch in state.withLock({ $0.open() }) { begin(isUrgent: false, fetch) }
        await work()
        for task in state.withLock({ $0.close() }) { task.cancel() }
        await withCheckedContinuation { afterLast in state.withLock { $0.waitForLast(afterLast) }?.resume() }
    }
}

/// Which fetches are under way. Each event returns what its caller must do.
private struct FetchTasksState: Sendable {
    typealias Fetch = @Sendable () async -> Void
    typealias Waiter = CheckedContinuation<Void, Never>

    private enum Phase {
        /// Fetches are kept until ``open()``.
        case before([Fetch])
        case open
        /// Fetches are cancelled. The waiter is resumed when the last one has ended.
        case closed(Waiter?)
    }

    private var phase = Phase.before([])
    /// By their numbers; a fetch that was just begun may even end before its task is known.
    private var tasks: [UInt64: Task<Void, Never>?] = [:]
    private var numbers: UInt64 = 0

    /// The number of a fetch that begins now; nil if it is kept.
    mutating func enter(_ fetch: @escaping Fetch) -> UInt64? {
        if case .before(let kept) = phase {
            phase = .before(kept + [fetch])
            return nil
        }
        numbers += 1
        tasks.updateValue(nil, forKey: numbers)
        return numbers
    }

    /// Stores the task of a fetch, unless the fetch has ended. True if it has to be cancelled.
    mutating func hasToCancel(_ task: Task<Void, Never>, of number: UInt64) -> Bool {
        guard tasks.keys.contains(number) else { return false }
        tasks[number] = .some(task)
        if case .closed = phase { return true }
        return false
    }

    /// Removes a fetch that has ended. Returns the waiter if it was the last one.
    mutating func leave(_ number: UInt64) -> Waiter? {
        tasks.removeValue(forKey: number)
        guard case .closed(let waiter?) = phase, tasks.isEmpty else { return nil }
        phase = .closed(nil)
        return waiter
    }

    mutating func open() -> [Fetch] {
        guard case .before(let kept) = phase else { return [] }
        phase = .open
        return kept
    }

    mutating func close() -> [Task<Void, Never>] {
        phase = .closed(nil)
        return tasks.values.compactMap(\.self)
    }

    /// Returns the waiter at once if no fetch runs.
    mutating func waitForLast(_ waiter: Waiter) -> Waiter? {
        guard !tasks.isEmpty else { return waiter }
        phase = .closed(waiter)
        return nil
    }
}
