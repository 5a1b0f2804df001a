/// What the tasks have left for the transfer thread, and whether it still comes for it. Each event returns what its
/// caller must do. The thread is woken for the first letter only: it then takes them all.
struct MailboxState: ~Copyable {
    typealias Waiter = CheckedContinuation<Void, Never>

    private enum Phase {
        /// The thread comes whenever it is woken.
        case open
        /// The thread has been told to come a last time.
        case closing
        /// The thread is gone.
        case closed
    }

    /// What the thread takes at one coming.
    struct Post {
        fileprivate(set) var submissions: [Submission] = []
        fileprivate(set) var hasCancellations = false
        fileprivate(set) var isLast = false
        var isEmpty: Bool { submissions.isEmpty && !hasCancellations }
    }

    enum Delivery {
        case wake, alreadyWoken, refused
    }

    enum Closing {
        case wake, alreadyWoken, alreadyClosed
    }

    private var phase = Phase.open
    private var post = Post()
    private var waiters: [Waiter] = []

    /// A task submits.
    mutating func submit(_ submission: Submission) -> Delivery {
        guard phase == .open else { return .refused }
        defer { post.submissions.append(submission) }
        return post.isEmpty ? .wake : .alreadyWoken
    }

    /// A task was cancelled.
    mutating func noteCancellation() -> Delivery {
        guard phase == .open else { return .refused }
        defer { post.hasCancellations = true }
        return post.isEmpty ? .wake : .alreadyWoken
    }

    /// Someone ends the client; the waiter, if any, is resumed when the thread is gone.
    mutating func close(_ waiter: Waiter?) -> Closing {
        guard phase != .closed else { return .alreadyClosed }
        if let waiter { waiters.append(waiter) }
        guard phase == .open else { return .alreadyWoken }
        phase = .closing
        return post.isEmpty ? .wake : .alreadyWoken
    }

    /// The thread comes.
    mutating func take() -> Post {
        defer { post = Post() }
        post.isLast = phase == .closing
        return post
    }

    /// The thread goes. Returns who waited for that.
    mutating func leave() -> [Waiter] {
        phase = .closed
        defer { waiters = [] }
        return waiters
    }
}
