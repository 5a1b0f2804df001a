/// When calls that are refused for want of a token may come again: each a token later than the one before. If all were told the
/// time of the next token, all would come then, and all but as many as can wait would be refused again. A pure value; time is
/// an argument.
///
/// A caller that is refused again while its turn is still to come is told a later one of its own, which moves no other
/// caller's: one that asks for very many jobs does not send the others away for longer. A call that comes again sooner than
/// told is one more here, so what is told is bounded.
struct LaterTurns: Sendable {
    /// No call is told a later time for the sake of others.
    static let longest = Duration.seconds(30)
    /// Callers whose turns are remembered; those beyond them are told times all the same.
    private static let mostCallers = 4_096

    private var last: ContinuousClock.Instant?
    /// The latest turn of each caller that has one still to come.
    private var turns: [UInt64: ContinuousClock.Instant] = [:]

    /// How long a refused call is to stay away.
    ///
    /// - Parameters:
    ///   - caller: the key whose turn it is.
    ///   - wait: until the budget has a token for it, if no other call comes.
    ///   - spacing: from one token to the next.
    mutating func next(
        for caller: UInt64, after wait: Duration, every spacing: Duration, at now: ContinuousClock.Instant
    ) -> Duration {
        let first = now + wait
        let own = turns[caller].flatMap { $0 > now ? $0 : nil }
        let turn = max(first, (own ?? last).map { $0 + spacing } ?? first)
        guard turn <= now + Self.longest else { return max(wait, Self.longest) }
        if own == nil { last = turn }
        remember(turn, of: caller, at: now)
        return now.duration(to: turn)
    }

    private mutating func remember(
        _ turn: ContinuousClock.Instant, of caller: UInt64, at now: ContinuousClock.Instant
    ) {
        if turns.count >= Self.mostCallers, turns[caller] == nil { turns = turns.filter { $0.value > now } }
        guard turns.count < Self.mostCallers || turns[caller] != nil else { return }
        turns[caller] = turn
    }
}
