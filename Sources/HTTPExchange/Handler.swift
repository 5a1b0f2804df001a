/// What a server asks for each request. Both functions are called on a server's thread and must not block: what has to
/// wait for something is returned as ``Handling/later(_:)``.
public protocol Handler: Sendable {
    /// The answer to a well-formed request.
    func answer(_ request: borrowing Request) -> Handling
    /// The words for a request that the server refuses by itself. The server closes the connection after it.
    func reply(to refusal: Refusal, of request: borrowing Request) -> Reply
}

/// A reply now, or the promise of one.
public enum Handling: Sendable {
    case reply(Reply)
    case later(DeferredReply)
}

/// An answer that has to wait. The server suspends the connection first and calls `start` afterwards, so the work may
/// finish before `start` returns. Exactly one reply goes out: the first of the fulfilment and the expiry.
///
/// A class, so that an ``Handling`` has a layout that the compiler knows: the size of an instant it does not, and every reply
/// would be handled through its type's description.
public final class DeferredReply: Sendable {
    /// Why the server cannot wait any longer.
    public enum Expiry: Sendable {
        case deadlinePassed
        case serverStopping
    }

    public let deadline: ContinuousClock.Instant
    /// Gives the reply if the wait ends first. Called on the server's timer thread; must not block.
    public let expired: @Sendable (Expiry) -> Reply
    /// Begins the work. Called once, on the server's thread; must not block.
    public let start: @Sendable (any PendingReply) -> Void

    public init(
        deadline: ContinuousClock.Instant,
        expired: @escaping @Sendable (Expiry) -> Reply,
        start: @escaping @Sendable (any PendingReply) -> Void
    ) {
        self.deadline = deadline
        self.expired = expired
        self.start = start
    }
}

/// The other end of a ``DeferredReply``: the code that finishes the work completes it, from any thread.
///
/// In two steps, for those who finish the work of many: sending wakes a server's thread, so all replies are made first.
public protocol PendingReply: Sendable {
    /// Makes the reply, unless the request has been answered already; then it returns false and makes none.
    func prepare(with reply: () -> Reply) -> Bool
    /// Sends the reply. Call it once after ``prepare(with:)`` has returned true.
    func send()
}

extension PendingReply {
    /// Makes the reply and sends it, unless the request has been answered already; then it returns false.
    @discardableResult
    public func complete(with reply: () -> Reply) -> Bool {
        guard prepare(with: reply) else { return false }
        send()
        return true
    }
}

/// Why a server refuses a request before a handler sees it. The texts hold no bytes of the request.
public enum Refusal: Error, Sendable, Equatable {
    /// The request breaks HTTP's grammar or framing rules; the reason in plain words (RFC 9112 §2.2, §3, §5, §6.3).
    case malformed(String)
    /// The request target is longer than `limit` bytes (RFC 9110 §15.5.15).
    case targetTooLong(limit: Int)
    /// There are more than `limit` header fields (RFC 6585 §5).
    case tooManyFields(limit: Int)
    /// GET and HEAD take no content here (RFC 9110 §9.3.1: it has no defined meaning).
    case bodyNotAllowed
    /// The content is larger than `limit` bytes (RFC 9110 §15.5.14).
    case bodyTooLarge(limit: Int)
    /// A transfer coding other than `chunked` (RFC 9112 §6.1).
    case unknownTransferCoding
    /// An expectation other than `100-continue` (RFC 9110 §10.1.1).
    case unknownExpectation
}
