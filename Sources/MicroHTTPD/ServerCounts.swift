/// What became of a server's connections since it started.
public struct ServerCounts: Sendable, Equatable {
    /// Open now.
    public var open = 0
    /// Taken from the system and served.
    public var accepted = 0
    /// Closed at once, because their address had as many as it may.
    public var refused = 0
    /// Ended because nothing was asked for ``ServerOptions/idleTimeout``, or for a moment when descriptors had run out.
    public var idle = 0
    /// Ended because a request took longer than ``ServerOptions/requestTimeout`` to arrive.
    public var slowRequests = 0
    /// Ended because an answer was not taken within ``ServerOptions/idleTimeout``.
    public var slowAnswers = 0
    /// How often a connection could not be taken from the system for want of a descriptor.
    public var shortages = 0

    public init() {}
}
