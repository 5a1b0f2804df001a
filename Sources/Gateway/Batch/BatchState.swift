import Synchronization

/// What is known of the jobs of a batch so far.
struct BatchState: Sendable {
    /// In the order in which the jobs were asked for.
    private(set) var results: [CacheResult]
    /// Jobs that nothing stored answers for.
    private(set) var fetches = 0
    /// Jobs that could be served as they are stored, once their refreshes are waited for no longer.
    private(set) var refreshes = 0
    private var waitsForRefreshes = true

    init(_ results: [CacheResult]) {
        self.results = results
        for result in results {
            switch result {
            case .resolved: break
            case .needsFetch: fetches += 1
            case .awaitsRefresh: refreshes += 1
            }
        }
    }

    /// Whether the batch can be answered.
    var isComplete: Bool { fetches == 0 && (refreshes == 0 || !waitsForRefreshes) }

    /// The fetches that have not ended, by the positions of their jobs.
    var awaited: [(index: Int, fetch: FetchRequest)] {
        results.enumerated().compactMap { index, result in
            switch result {
            case .resolved: nil
            case .needsFetch(let fetch), .awaitsRefresh(let fetch): (index, fetch)
            }
        }
    }

    /// The fetch of a job has ended. Returns whether the batch is complete now.
    mutating func resolve(_ index: Int, as resolution: Resolution) -> Bool {
        switch results[index] {
        case .resolved: break
        case .needsFetch: fetches -= 1
        case .awaitsRefresh: refreshes -= 1
        }
        results[index] = .resolved(resolution)
        return isComplete
    }

    /// The time for refreshes is over. Returns whether the batch is complete now.
    mutating func stopWaitingForRefreshes() -> Bool {
        waitsForRefreshes = false
        return isComplete
    }
}

/// A batch whose jobs are being fetched. Safe to use from any thread.
final class PendingBatch: Sendable {
    private let guarded: Mutex<BatchState>

    init(_ state: BatchState) {
        guarded = Mutex(state)
    }

    /// A copy, so that nothing is rendered under the lock.
    var state: BatchState { guarded.withLock(\.self) }

    /// See ``BatchState/resolve(_:as:)``.
    func resolve(_ index: Int, as resolution: Resolution) -> Bool {
        guarded.withLock { $0.resolve(index, as: resolution) }
    }

    /// See ``BatchState/stopWaitingForRefreshes()``.
    func stopWaitingForRefreshes() -> Bool { guarded.withLock { $0.stopWaitingForRefreshes() } }
}
