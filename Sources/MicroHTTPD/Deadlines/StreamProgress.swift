/// What the passes have seen of the client of a ``StreamedReply``, and what follows from that.
struct StreamProgress {
    enum Judgement: Equatable {
        case healthy
        /// The client has reset the connection, or has finished sending a moment ago.
        case left
        /// The client is there and takes nothing.
        case stuck
        /// The client answers no more.
        case vanished
    }

    /// Passes that a client may go on reading after it has finished sending: a program may send a request and close its own
    /// direction, but a client that closes its connection looks the same until a reset answers the next piece.
    static let patience = 2

    private var acknowledged: UInt64 = 0
    /// The tick of the pass that first saw bytes without an acknowledgement; nil if none wait, or if some were acknowledged.
    private var waitingSince: Int?
    private var passesSinceEnd = 0

    /// Judges what a pass sees.
    /// - Parameters:
    ///   - idleTicks: how long a client may take nothing, in ticks of ``CoarseClock``.
    ///   - heartbeatTicks: how long a client may leave bytes without an answer. Bytes that were sent after a silence have none
    ///     for a moment: so they have three quarters of it, from the first pass that saw them, which ends two heartbeats after
    ///     the last answer.
    mutating func judge(_ seen: SocketProgress, at tick: Int, idleTicks: Int, heartbeatTicks: Int) -> Judgement {
        passesSinceEnd = seen.hasFinished ? passesSinceEnd + 1 : 0
        if seen.hasBroken || passesSinceEnd > Self.patience { return .left }
        let hasTakenNothing = seen.bytesAcknowledged <= acknowledged
        acknowledged = seen.bytesAcknowledged
        guard seen.hasUnacknowledged || seen.hasUnsent, hasTakenNothing, let waitingSince else {
            waitingSince = seen.hasUnacknowledged || seen.hasUnsent ? tick : nil
            return .healthy
        }
        let waiting = tick - waitingSince
        // A client without room answers probes, which hold no bytes.
        let isUnanswered = seen.ticksSinceAnswer >= heartbeatTicks && waiting * 4 >= heartbeatTicks * 3
        if seen.hasUnacknowledged, isUnanswered { return .vanished }
        return waiting >= idleTicks ? .stuck : .healthy
    }
}
