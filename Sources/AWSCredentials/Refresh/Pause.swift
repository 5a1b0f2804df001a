import SigV4

/// A stretch of time in which a source is left alone.
struct Pause: Sendable, Equatable {
    private let end: Timestamp
    private let length: Int64

    init(from start: Timestamp, milliseconds: Int64) {
        end = start.adding(milliseconds: milliseconds)
        length = milliseconds
    }

    /// Also true shortly before the start, for callers who looked at the clock earlier; but no longer before it than
    /// the pause lasts, so that a wall clock set back by an hour does not lengthen the pause by an hour.
    func covers(_ now: Timestamp) -> Bool {
        let left = end.milliseconds(since: now)
        return left > 0 && left <= 2 * length
    }
}
