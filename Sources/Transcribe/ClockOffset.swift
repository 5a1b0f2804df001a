import SigV4

/// How far AWS's clock is ahead of ours, as its answers show it. A signature is good for 5 minutes around AWS's time
/// ("Signature expired …", "Signature not yet current …"). Not safe for concurrent access; the client locks it.
struct ClockOffset: Hashable, Sendable {
    /// Milliseconds to add to our wall-clock time; negative if ours is ahead.
    private(set) var milliseconds: Int64 = 0

    /// The least difference that matters: `Date` has whole seconds and the answer was on its way for a while.
    static let tolerance: Int64 = 300_000

    /// Compares with the time that AWS answered at, and takes it over where the difference matters.
    mutating func learn(serverTime: Timestamp, now: Timestamp) {
        if Self.isSkewed(milliseconds, serverTime: serverTime, now: now) {
            milliseconds = serverTime.milliseconds(since: now)
        }
    }

    /// Whether a time that was made with this offset was wrong. Asked of the offset that a request was signed with: by
    /// the time it is refused, another request may have corrected the one in use.
    static func isSkewed(_ offset: Int64, serverTime: Timestamp, now: Timestamp) -> Bool {
        abs(serverTime.milliseconds(since: now.adding(milliseconds: offset))) >= tolerance
    }
}
