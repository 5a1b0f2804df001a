/// When calls that are refused for want of a token may come again: each a token later than the one before. If all were told the
/// time of the next token, all would come then, and all but as many as can wait would be refused again. A pure value; time is
/// an argument.
///
/// A call that comes again sooner than told is one more here, so what is told is bounded.
struct LaterTurns: Sendable {
    /// No call is told a later time for the sake of others.
    static let longest = Duration.seconds(30)

    private var last: ContinuousClock.Instant?

    /// How long a refused call is to stay away.
    ///
    /// - Parameters:
    ///   - wait: until the budget has a token for it, if no other call comes.
    ///   - spacing: from one token to the next.
    mutating func next(after wait: Duration, every spacing: Duration, at now: ContinuousClock.Instant) -> Duration {
        let first = now + wait
        let turn = max(first, last.map { $0 + spacing } ?? first)
        guard turn <= now + Self.longest else { return max(wait, Self.longest) }
        last = turn
        return now.duration(to: turn)
    }
}
