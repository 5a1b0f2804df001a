import Synchronization

/// Where tasks meet the transfer thread: the shell of ``MailboxState``.
///
/// The thread is woken under the lock, and only while the state is open or turns to closing; it frees the multi handle
/// only after it has seen, under the same lock, that the state is closing. So no wake-up meets a freed handle. Nothing
/// else happens under the lock; continuations are resumed outside.
final class Mailbox: Sendable {
    private let multi: MultiHandle
    private let state = Mutex(MailboxState())

    init(waking multi: MultiHandle) {
        self.multi = multi
    }

    func submit(_ submission: Submission) {
        let delivery = state.withLock { state in wake(after: state.submit(submission)) }
        if delivery == .refused { submission.finish(.failure(.shutDown)) }
    }

    /// To be called after ``Cancellation/request()``.
    func noteCancellation() {
        _ = state.withLock { state in wake(after: state.noteCancellation()) }
    }

    /// Tells the thread to end, without waiting for it.
    func close() {
        close(nil)
    }

    /// Tells the thread to end and returns when it has.
    func closed() async {
        await withCheckedContinuation { close($0) }
    }

    private func close(_ waiter: MailboxState.Waiter?) {
        let closing = state.withLock { state in
            let closing = state.close(waiter)
            if closing == .wake { multi.wakeUp() }
            return closing
        }
        if closing == .alreadyClosed { waiter?.resume() }
    }

    /// For the transfer thread: everything that was left since it last came.
    func take() -> MailboxState.Post {
        state.withLock { $0.take() }
    }

    /// For the transfer thread, as its last act.
    func leave() {
        for waiter in state.withLock({ $0.leave() }) { waiter.resume() }
    }

    private func wake(after delivery: MailboxState.Delivery) -> MailboxState.Delivery {
        if delivery == .wake { multi.wakeUp() }
        return delivery
    }
}
