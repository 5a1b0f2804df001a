/// What a server calls for each request. It calls both functions on one of its threads, so they must not block: a request
/// that has to wait is answered with ``Handling/later(_:)``.
public protocol Handler: Sendable {
    /// Handles a well-formed request.
    func answer(_ request: borrowing Request) -> Handling
    /// The reply to a request that the server refuses by itself. The server closes the connection after it.
    func reply(to refusal: Refusal, of request: borrowing Request) -> Reply
    /// A reply has ended: it was handed to the system as a whole, or not, because the client had gone. Called once for each
    /// request whose ``Request/record`` was filled in, on one of the server's threads; must not block.
    func finish(_ record: RequestRecord, of peer: PeerAddress, wasSent: Bool)
    /// The library under the server has refused a request with words of its own, before the handler could be asked.
    /// - Parameters:
    ///   - status: what the client got.
    ///   - peer: nil if the request line was not well-formed; the library does not say whose it was.
    func recordRefusal(status: Int, of peer: PeerAddress?)
}

extension Handler {
    public func finish(_ record: RequestRecord, of peer: PeerAddress, wasSent: Bool) {}
    public func recordRefusal(status: Int, of peer: PeerAddress?) {}
}

/// What a handler does with a request: it replies at once or later.
public enum Handling: Sendable {
    case reply(Reply)
    case later(DeferredReply)
}

/// A reply that comes later. The server suspends the connection before it calls `start`, so the work may finish before
/// `start` returns. Exactly one reply is sent: of the completion or of the expiry, whichever comes first.
///
/// A class, so that the compiler knows the layout of ``Handling``. It does not know the size of an instant, so as a struct
/// every reply would be handled through the metadata of its type.
public final class DeferredReply: Sendable {
    /// Why the server ends the wait.
    public enum Expiry: Sendable {
        case deadlinePassed
        case serverStopping
        /// The client has reset the connection, or has finished sending a moment ago. The reply reaches only a client that
        /// still reads.
        case clientLeft
    }

    public let deadline: ContinuousClock.Instant
    /// Names the request in the server's log. Called on any thread, and rarely.
    public let name: @Sendable () -> String
    /// Makes the reply if the wait ends first. Called on the server's own thread; must not block.
    public let expired: @Sendable (Expiry) -> Reply
    /// Starts the work. Called once, on one of the server's threads; must not block.
    public let start: @Sendable (any PendingReply) -> Void

    public init(
        deadline: ContinuousClock.Instant,
        name: @escaping @Sendable () -> String = { "a request" },
        expired: @escaping @Sendable (Expiry) -> Reply,
        start: @escaping @Sendable (any PendingReply) -> Void
    ) {
        self.deadline = deadline
        self.name = name
        self.expired = expired
        self.start = start
    }
}

/// The other end of a ``DeferredReply``: the code that finishes the work completes it, from any thread.
///
/// Completion has two steps, for code that finishes the work of many requests: sending wakes a server's thread, so all replies
/// are made before the first is sent.
public protocol PendingReply: Sendable {
    /// Makes the reply, unless the request has one already: then it returns false and makes none.
    func prepare(with reply: () -> Reply) -> Bool
    /// Sends the reply. Call it once after ``prepare(with:)`` has returned true.
    func send()
    /// Whether the request has a reply: nothing needs to be done for it any more.
    var isAnswered: Bool { get }
    /// Goes on waiting for something that may never come: until another deadline than the first one, and not while the server
    /// stops. Without effect if the request has a reply.
    func waitForChange(until deadline: ContinuousClock.Instant)
}

extension PendingReply {
    /// Makes the reply and sends it, unless the request has one already: then it returns false.
    @discardableResult
    public func complete(with reply: () -> Reply) -> Bool {
        guard prepare(with: reply) else { return false }
        send()
        return true
    }
}

/// Why a server refuses a request before a handler sees it. The texts hold no bytes of the request.
public enum Refusal: Error, Sendable, Equatable {
    /// The request breaks HTTP's grammar or framing rules, with the reason for people (RFC 9112 §2.2, §3, §5, §6.3).
    case malformed(String)
    /// The request target is longer than `limit` bytes (RFC 9110 §15.5.15).
    case targetTooLong(limit: Int)
    /// There are more than `limit` header fields (RFC 6585 §5).
    case tooManyFields(limit: Int)
    /// The header fields together have more than `limit` bytes, where those of `Cookie` count twice (RFC 6585 §5).
    case fieldsTooLarge(limit: Int)
    /// GET and HEAD take no content here (RFC 9110 §9.3.1: it has no defined meaning).
    case bodyNotAllowed
    /// The content is larger than `limit` bytes (RFC 9110 §15.5.14).
    case bodyTooLarge(limit: Int)
    /// A transfer coding other than `chunked` (RFC 9112 §6.1).
    case unknownTransferCoding
    /// An expectation other than `100-continue` (RFC 9110 §10.1.1).
    case unknownExpectation
}
