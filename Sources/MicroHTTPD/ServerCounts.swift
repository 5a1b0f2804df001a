import Synchronization

/// What became of a server's connections since it started.
public struct ServerCounts: Sendable, Equatable {
    /// Open now.
    public var open = 0
    /// Taken from the system and served.
    public var accepted = 0
    /// Closed at once, because their address had as many as it may have.
    public var refused = 0
    /// Ended without a request for ``ServerOptions/idleTimeout``, or for a moment while new ones waited for a place or a
    /// descriptor.
    public var idle = 0
    /// Ended because a request took longer than ``ServerOptions/requestTimeout`` to arrive.
    public var slowRequests = 0
    /// Ended because the client did not take a reply within ``ServerOptions/idleTimeout``.
    public var slowReplies = 0
    /// Replies in pieces that are being sent now.
    public var streams = 0
    /// Ended because the client of a reply in pieces took nothing for ``ServerOptions/idleTimeout``.
    public var slowStreams = 0
    /// Ended because the client of a reply in pieces did not answer for ``ServerOptions/heartbeat``: its network is gone.
    public var vanishedStreams = 0
    /// How often a connection could not be taken from the system, because no descriptor was left.
    public var shortages = 0

    public init() {}
}

/// The counters behind ``ServerCounts``, but for the open connections, which ``ConnectionPlaces`` counts. Any thread may record
/// and read.
final class ServerCounters: Sendable {
    private let accepted = Atomic(0)
    private let refused = Atomic(0)
    private let idle = Atomic(0)
    private let slowRequests = Atomic(0)
    private let slowReplies = Atomic(0)
    private let streams = Atomic(0)
    private let slowStreams = Atomic(0)
    private let vanishedStreams = Atomic(0)
    private let shortages = Atomic(0)

    func recordAccepted() { accepted.add(1, ordering: .relaxed) }
    func recordRefused() { refused.add(1, ordering: .relaxed) }
    func recordStream() { streams.add(1, ordering: .relaxed) }
    func recordEndOfStream() { streams.subtract(1, ordering: .relaxed) }
    func recordShortage() { shortages.add(1, ordering: .relaxed) }

    /// Records that the time of a connection in this stage was up.
    func recordTimeout(in stage: ConnectionPhase.Stage) {
        switch stage {
        case .idle: idle.add(1, ordering: .relaxed)
        case .reading: slowRequests.add(1, ordering: .relaxed)
        case .sending: slowReplies.add(1, ordering: .relaxed)
        case .handling, .streaming, .ended: break
        }
    }

    /// Records that the server has ended a stream.
    func recordEnd(of client: StreamProgress.Judgement) {
        switch client {
        case .stuck: slowStreams.add(1, ordering: .relaxed)
        case .vanished: vanishedStreams.add(1, ordering: .relaxed)
        case .left, .healthy: break
        }
    }

    var counts: ServerCounts {
        var counts = ServerCounts()
        counts.accepted = accepted.load(ordering: .relaxed)
        counts.refused = refused.load(ordering: .relaxed)
        counts.idle = idle.load(ordering: .relaxed)
        counts.slowRequests = slowRequests.load(ordering: .relaxed)
        counts.slowReplies = slowReplies.load(ordering: .relaxed)
        counts.streams = streams.load(ordering: .relaxed)
        counts.slowStreams = slowStreams.load(ordering: .relaxed)
        counts.vanishedStreams = vanishedStreams.load(ordering: .relaxed)
        counts.shortages = shortages.load(ordering: .relaxed)
        return counts
    }
}
