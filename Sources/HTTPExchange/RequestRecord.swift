/// What a handler writes down of a request with its reply. The server gives it back when the reply has ended, for only then is
/// it known whether the client got it: see ``Handler/finish(_:of:wasSent:)``. The server reads nothing of it.
///
/// Each connection has one, which its requests use one after another, so that a request costs no allocation.
///
/// `@unchecked Sendable` because: one request at a time has it, and it is touched by the one callback or the one piece of work
/// that makes the reply, and then by the callback that reports the end, in which a stream amends it. A suspended request passes from one to the other under
/// a lock (``PendingReply/prepare(with:)``).
public final class RequestRecord: @unchecked Sendable {
    // Private, so that the compiler sees all accesses and leaves out the check of each.
    private var current: Contents?
    private var currentTexts: Texts?

    public init() {}

    /// Nil before the reply, and where the handler wants nothing back.
    public var contents: Contents? { current }

    /// Nil where ``Contents/hasTexts`` is false.
    public var texts: Texts? { currentTexts }

    public func fill(_ contents: Contents, _ texts: Texts?) {
        current = contents
        if let texts { currentTexts = texts }
    }

    /// Changes what was written down at the reply of a stream, when it has ended (``ContentStream/end()``).
    /// - Parameters:
    ///   - elapsed: from the header section to the end, in nanoseconds.
    ///   - contentLength: the bytes of content that were handed over.
    ///   - events: how many events they were.
    public func amend(elapsed: Int64, contentLength: Int, events: Int) {
        current?.elapsed = elapsed
        current?.contentLength = contentLength
        current?.events = events
    }

    /// Empties the record for the next request.
    public func clear() {
        if let current, current.hasTexts { currentTexts = nil }
        current = nil
    }

    /// Numbers only, so that they are copied in one piece.
    public struct Contents: Sendable {
        /// The identifier of the request, unless its client gave one.
        public var number: UInt64
        /// From the header section to the reply, or to the end of a stream, in nanoseconds.
        public var elapsed: Int64
        /// How old the content is, in nanoseconds.
        public var age: Int64?
        /// Stands for the name of what was asked for.
        public var subject: UInt64?
        /// The bytes of content that are sent.
        public var contentLength: Int
        /// How many events were sent. Nil unless the reply is a stream that has ended.
        public var events: Int?
        /// The status of the reply.
        public var status: UInt16
        /// The handler's number for the method.
        public var method: UInt8
        /// The handler's number for the kind of request.
        public var route: UInt8
        /// The handler's number for how the request was answered.
        public var outcome: UInt8
        /// The handler's number for the problem that the reply tells.
        public var problem: UInt8?
        /// How many things the request names, where one request can name several; otherwise 0.
        public var names: UInt8
        /// Whether a limit that is not enforced would have refused the request.
        public var isOverLimit: Bool
        public var hasTexts: Bool

        public init(
            number: UInt64, elapsed: Int64, age: Int64?, subject: UInt64?, contentLength: Int, status: UInt16,
            method: UInt8, route: UInt8, outcome: UInt8, problem: UInt8?, names: UInt8 = 0, isOverLimit: Bool,
            hasTexts: Bool
        ) {
            self.number = number
            self.elapsed = elapsed
            self.age = age
            self.subject = subject
            self.contentLength = contentLength
            self.status = status
            self.method = method
            self.route = route
            self.outcome = outcome
            self.problem = problem
            self.names = names
            self.isOverLimit = isOverLimit
            self.hasTexts = hasTexts
        }
    }

    /// What most requests have none of.
    public final class Texts: Sendable {
        /// The identifier that the client gave.
        public let id: String?
        /// The client that the request counts for, where it is not the peer.
        public let client: PeerAddress?
        /// The name of what was asked for.
        public let subject: String?
        /// The identifier of the request that the handler made for this one.
        public let upstreamID: String?
        /// The handler's own object for the trace that the request belongs to.
        public let trace: (any AnyObject & Sendable)?

        public init(
            id: String?, client: PeerAddress?, subject: String?, upstreamID: String?,
            trace: (any AnyObject & Sendable)? = nil
        ) {
            self.id = id
            self.client = client
            self.subject = subject
            self.upstreamID = upstreamID
            self.trace = trace
        }
    }
}
