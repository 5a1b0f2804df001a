import Synchronization

/// Where tasks meet the transfer thread: the shell of ``SubmissionQueueState``.
///
/// The thread is woken under the lock, and only while the state is open or turns to closing; it frees the multi handle
/// only after it has seen, under the same lock, that the state is closing. So no wake-up meets a freed handle. Nothing
/// else happens under the lock; continuations are resumed outside.
final class SubmissionQueue: Sendable {
    private let multi: MultiHandle
    private let state = Mutex(SubmissionQueueState())

    init(waking multi: MultiHandle) {
        self.multi = multi
    }

    func submit(_ submission: Submission) {
        let action = state.withLock { state in wake(after: state.submit(submission)) }
        if action == .refused { submission.finish(.failure(.shutDown)) }
    }

    /// To be called after ``Cancellation/request()``.
    func recordCancellation() {
        _ = state.withLock { state in wake(after: state.recordCancellation()) }
    }

    /// Tells the thread to end, without waiting for it.
    func beginShutDown() {
        shutDown(nil)
    }

    /// Tells the thread to end and returns when it has.
    func shutDown() async {
        await withCheckedContinuation { shutDown($0) }
    }

    private func shutDown(_ waiter: SubmissionQueueState.Waiter?) {
        let closing = state.withLock { state in
            let closing = state.shutDown(waiter)
            if closing == .wake { multi.wakeUp() }
            return closing
        }
        if closing == .alreadyClosed { waiter?.resume() }
    }

    /// For the transfer thread: everything that was left since it last came.
    func take() -> SubmissionQueueState.Batch {
        state.withLock { $0.take() }
    }

    /// For the transfer thread, as its last act.
    func close() {
        for waiter in state.withLock({ $0.close() }) { waiter.resume() }
    }

    private func wake(after action: SubmissionQueueState.Action) -> SubmissionQueueState.Action {
        if action == .wake { multi.wakeUp() }
        return action
    }
}

/// What the tasks have left for the transfer thread, and whether it still comes for it. Each event returns what its
/// caller must do. The thread is woken for the first letter only: it then takes them all.
struct SubmissionQueueState: ~Copyable {
    typealias Waiter = CheckedContinuation<Void, Never>

    private enum Phase {
        /// The thread comes whenever it is woken.
        case open
        /// The thread has been told to come a last time.
        case shuttingDown
        /// The thread is gone.
        case closed
    }

    /// What the thread takes at one coming.
    struct Batch {
        fileprivate(set) var submissions: [Submission] = []
        fileprivate(set) var hasCancellations = false
        fileprivate(set) var isLast = false
        var isEmpty: Bool { submissions.isEmpty && !hasCancellations }
    }

    enum Action {
        case wake, alreadyWoken, refused
    }

    enum Closing {
        case wake, alreadyWoken, alreadyClosed
    }

    private var phase = Phase.open
    private var batch = Batch()
    private var waiters: [Waiter] = []

    /// A task submits.
    mutating func submit(_ submission: Submission) -> Action {
        guard phase == .open else { return .refused }
        defer { batch.submissions.append(submission) }
        return batch.isEmpty ? .wake : .alreadyWoken
    }

    /// A task was cancelled.
    mutating func recordCancellation() -> Action {
        guard phase == .open else { return .refused }
        defer { batch.hasCancellations = true }
        return batch.isEmpty ? .wake : .alreadyWoken
    }

    /// Someone ends the client; the waiter, if any, is resumed when the thread is gone.
    mutating func shutDown(_ waiter: Waiter?) -> Closing {
        guard phase != .closed else { return .alreadyClosed }
        if let waiter { waiters.append(waiter) }
        guard phase == .open else { return .alreadyWoken }
        phase = .shuttingDown
        return batch.isEmpty ? .wake : .alreadyWoken
    }

    /// The thread comes.
    mutating func take() -> Batch {
        defer { batch = Batch() }
        batch.isLast = phase == .shuttingDown
        return batch
    }

    /// The thread goes. Returns who waited for that.
    mutating func close() -> [Waiter] {
        phase = .closed
        defer { waiters = [] }
        return waiters
    }
}

/// A request on its way from the task that asked to the transfer thread.
struct Submission: Sendable {
    let request: CurlRequest
    let deadline: ContinuousClock.Instant
    let cancellation: Cancellation
    private let continuation: CheckedContinuation<Result<CurlResponse, CurlError>, Never>

    init(
        _ request: CurlRequest, deadline: ContinuousClock.Instant, cancellation: Cancellation,
        continuation: CheckedContinuation<Result<CurlResponse, CurlError>, Never>
    ) {
        self.request = request
        self.deadline = deadline
        self.cancellation = cancellation
        self.continuation = continuation
    }

    /// Answers the task that asked; exactly once, by whoever took the submission out of where it was kept.
    func finish(_ result: Result<CurlResponse, CurlError>) {
        continuation.resume(returning: result)
    }
}

/// Says that the task of a submission was cancelled. The flag goes up before the thread is told, so it is seen whether
/// the cancellation comes before the submission or after it.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isRequested: Bool { flag.load(ordering: .acquiring) }

    func request() { flag.store(true, ordering: .releasing) }
}
