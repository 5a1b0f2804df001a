import Synchronization

/// Hands the requests of tasks to the transfer thread: the shell of ``SubmissionQueueState``.
///
/// The thread is woken under the lock, and only while the state is open or begins to shut down. The thread frees the multi
/// handle only after it has seen, under the same lock, that the queue shuts down. So no wake-up uses a freed handle. Nothing
/// else happens under the lock; continuations are resumed outside.
final class SubmissionQueue: Sendable {
    private let multi: MultiHandle
    private let state = Mutex(SubmissionQueueState())

    init(waking multi: MultiHandle) {
        self.multi = multi
    }

    /// Queues the submission, or ends it with ``CurlError/shutDown``.
    func submit(_ submission: Submission) {
        if perform({ $0.submit(submission) }) == .refused { submission.finish(.failure(.shutDown)) }
    }

    /// Call it after ``Cancellation/request()``.
    func recordCancellation() {
        _ = perform { $0.recordCancellation() }
    }

    /// Tells the thread to end, without waiting for it.
    func beginShutDown() {
        _ = perform { $0.shutDown(nil) }
    }

    /// Tells the thread to end and returns when it has closed the queue.
    func shutDown() async {
        await withCheckedContinuation { waiter in
            if perform({ $0.shutDown(waiter) }) == .refused { waiter.resume() }
        }
    }

    /// For the transfer thread: all that was submitted since the last call.
    func take() -> SubmissionQueueState.Batch {
        state.withLock { $0.take() }
    }

    /// For the transfer thread, as its last act.
    func close() {
        for waiter in state.withLock({ $0.close() }) { waiter.resume() }
    }

    private func perform(
        _ event: (inout SubmissionQueueState) -> SubmissionQueueState.Action
    ) -> SubmissionQueueState.Action {
        state.withLock { state in
            let action = event(&state)
            if action == .wake { multi.wakeUp() }
            return action
        }
    }
}

/// What the tasks have submitted for the transfer thread, and whether the thread still takes it. Each event returns what its
/// caller must do. The thread is woken for the first submission only: it then takes all of them.
struct SubmissionQueueState: ~Copyable {
    typealias Waiter = CheckedContinuation<Void, Never>

    private enum Phase {
        /// The thread takes a batch whenever it is woken.
        case open
        /// The thread takes the last batch.
        case shuttingDown
        /// The thread has ended.
        case closed
    }

    /// What the thread takes at once.
    struct Batch {
        fileprivate(set) var submissions: [Submission] = []
        fileprivate(set) var hasCancellations = false
        fileprivate(set) var isLast = false
        var isEmpty: Bool { submissions.isEmpty && !hasCancellations }
    }

    enum Action {
        case wake
        case alreadyWoken
        /// The event came too late: the queue is closed or, for a submission, shuts down.
        case refused
    }

    private var phase = Phase.open
    private var batch = Batch()
    private var waiters: [Waiter] = []

    mutating func submit(_ submission: Submission) -> Action {
        guard phase == .open else { return .refused }
        defer { batch.submissions.append(submission) }
        return batch.isEmpty ? .wake : .alreadyWoken
    }

    mutating func recordCancellation() -> Action {
        guard phase == .open else { return .refused }
        defer { batch.hasCancellations = true }
        return batch.isEmpty ? .wake : .alreadyWoken
    }

    /// The client ends. The waiter, if there is one, is to be resumed when the thread has ended.
    mutating func shutDown(_ waiter: Waiter?) -> Action {
        guard phase != .closed else { return .refused }
        if let waiter { waiters.append(waiter) }
        guard phase == .open else { return .alreadyWoken }
        phase = .shuttingDown
        return batch.isEmpty ? .wake : .alreadyWoken
    }

    /// The thread takes what there is.
    mutating func take() -> Batch {
        defer { batch = Batch() }
        batch.isLast = phase == .shuttingDown
        return batch
    }

    /// The thread has ended. Returns the waiters to resume.
    mutating func close() -> [Waiter] {
        phase = .closed
        defer { waiters = [] }
        return waiters
    }
}

/// A request on its way from its task to the transfer thread.
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

    /// Gives the task its result. Call it exactly once, after the submission is removed from where it was kept.
    func finish(_ result: Result<CurlResponse, CurlError>) {
        continuation.resume(returning: result)
    }
}

/// Says that the task of a submission was cancelled. The flag is set before the thread is woken, so the thread sees it
/// whether the cancellation comes before the submission or after it.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isRequested: Bool { flag.load(ordering: .acquiring) }

    func request() { flag.store(true, ordering: .releasing) }
}
