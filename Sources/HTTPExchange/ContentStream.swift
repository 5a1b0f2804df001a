/// Content of a reply that comes in pieces over time, such as server-sent events (HTML Living Standard §9.2).
///
/// The server asks for the next piece when the client has taken the last one, so a slow client finds the latest state and
/// never a queue of old ones. When the server stops, it ends the content without asking.
///
/// The server reads on one thread at a time, which must not be blocked. To HEAD it reads nothing, and calls nothing.
public protocol ContentStream: AnyObject, Sendable {
    /// The server begins to read. Called once, before the first ``next(afterSilence:)``.
    func begin(_ reader: any StreamReader)
    /// The next piece.
    /// - Parameter isSilent: whether nothing has been sent for so long that an empty piece would do harm: proxies end a silent
    ///   connection, and the departure of a client is found by sending.
    func next(afterSilence isSilent: Bool) -> StreamPiece
    /// Nothing is read any more: the content has ended, the client has gone, or the server stops. Called once after
    /// ``begin(_:)``, before ``Handler/finish(_:of:wasSent:)``.
    func end()
}

/// What a ``ContentStream`` has for its client.
public enum StreamPiece: Sendable {
    /// Not empty.
    case content(Body)
    /// Nothing now. The server asks again after ``StreamReader/wake()``, or after a silence.
    case nothing
    /// Nothing more: the reply ends.
    case end
}

/// The server's end of a ``ContentStream``.
public protocol StreamReader: Sendable {
    /// Lets the server ask for the next piece. Safe on any thread, at any time; without effect when the reply has ended.
    func wake()
}
