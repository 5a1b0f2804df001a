/// When calls that are refused for want of a token may come again: each a token later than the one before. If all were told the
/// time of the next token, all would come then, and all but as many as can wait would be refused again. A pure value; time is
/// an argument.
///
/// A caller that has many turns still to come is told further ones that move no other caller's: one that asks for very many jobs
/// does not send the others away for longer. A call that comes again sooner than told is one more here, so what is told is
/// bounded.
struct LaterTurns: Sendable {
    /// No call is told a later time for the sake of others.
    static let longest = Duration.seconds(30)
    /// Callers whose turns are remembered; those beyond them are told times all the same.
    private static let mostCallers = 4_096

    /// So many turns of one caller stand before those that others are told next.
    static let sharedTurns = 16

    private var last: ContinuousClock.Instant?
    /// Of each caller that has turns still to come the latest, and how many they were.
    private var turns: [UInt64: (latest: ContinuousClock.Instant, count: Int)] = [:]

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
        let own = turns[caller].flatMap { $0.latest > now ? $0 : nil } ?? (latest: first, count: 0)
        let isShared = own.count < Self.sharedTurns
        let turn = max(first, (isShared ? last : own.latest).map { $0 + spacing } ?? first)
        guard turn <= now + Self.longest else { return max(wait, Self.longest) }
        if isShared { last = turn }
        remember((turn, own.count + 1), of: caller, at: now)
        return now.duration(to: turn)
    }

    private mutating func remember(
        _ turns: (latest: ContinuousClock.Instant, count: Int), of caller: UInt64, at now: ContinuousClock.Instant
    ) {
        if self.turns.count >= Self.mostCallers, self.turns[caller] == nil {
            self.turns = self.turns.filter { $0.value.latest > now }
        }
        guard self.turns.count < Self.mostCallers || self.turns[caller] != nil else { return }
        self.turns[caller] = turns
    }
}
