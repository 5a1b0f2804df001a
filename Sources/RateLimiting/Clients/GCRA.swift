/// The Generic Cell Rate Algorithm as virtual scheduling (ITU-T I.371 annex A): a token bucket whose whole state is one
/// number, the theoretical arrival time of the next request if requests came exactly at the rate.
///
/// Times are nanoseconds since any fixed instant. A bucket is full when that time has passed; each token taken moves it one
/// emission interval on, and a request is admitted if it ends up at most `burst` intervals ahead of now. Integer
/// arithmetic: nothing drifts, nothing overflows. Time that steps back adds no token and takes none.
struct GCRA: Hashable, Sendable {
    /// The state of a new client: a full bucket, whatever the time.
    static let full = Int64.min

    /// Tokens in a full bucket; at least 1.
    let burst: Int
    let interval: Int64
    let tolerance: Int64

    /// `burst` below 1 counts as 1.
    init(rate: Rate, burst: Int) {
        self.burst = max(1, burst)
        interval = rate.emissionInterval
        tolerance = Self.time(for: self.burst, every: interval)
    }

    /// Decides about a request of `cost` tokens. ``Decision/arrival`` is the next state.
    ///
    /// A cost above the burst is admitted only by a full bucket and leaves a debt, so that a large batch is neither refused
    /// for ever nor cheaper than its parts. A negative cost counts as 0.
    func decide(_ state: Int64, at now: Int64, cost: Int = 1) -> Decision {
        let now = min(max(now, -.horizon), .horizon)
        let ahead = max(0, Self.difference(state, now))
        let excess = ahead + Self.time(for: min(max(0, cost), burst), every: interval) - tolerance
        guard excess <= 0 else { return decision(admitted: false, ahead: ahead, excess: excess, at: now) }
        let charged = ahead + Self.time(for: max(0, cost), every: interval)
        return decision(admitted: true, ahead: charged, excess: 0, at: now)
    }

    /// The state of a bucket of another policy's, from which as many tokens have been taken: all that this one holds at most, and
    /// beside them those that the other one owed.
    func converted(_ state: Int64, from other: GCRA, at now: Int64) -> Int64 {
        let taken = Double(max(0, Self.difference(state, now))) / Double(other.interval)
        let owed = max(0, taken - Double(other.burst))
        let time = (min(taken - owed, Double(burst)) + owed) * Double(interval)
        return now + Int64(min(time, Double(Int64.horizon)))
    }

    private func decision(admitted: Bool, ahead: Int64, excess: Int64, at now: Int64) -> Decision {
        Decision(
            admitted: admitted, arrival: now + ahead, remaining: Int(max(0, tolerance - ahead) / interval),
            untilFull: ahead, untilAdmitted: excess)
    }

    private static func time(for tokens: Int, every interval: Int64) -> Int64 {
        let (time, overflow) = Int64(tokens).multipliedReportingOverflow(by: interval)
        return overflow ? .horizon : min(time, .horizon)
    }

    private static func difference(_ state: Int64, _ now: Int64) -> Int64 {
        let (ahead, overflow) = state.subtractingReportingOverflow(now)
        return overflow ? (state < now ? 0 : .horizon) : min(ahead, .horizon)
    }
}

extension GCRA {
    /// The decision about one request, in whole tokens and nanoseconds.
    struct Decision: Hashable, Sendable {
        let admitted: Bool
        /// The state to keep: the theoretical arrival time, never before the `now` of the decision.
        let arrival: Int64
        /// Whole tokens left.
        let remaining: Int
        /// Until the bucket is full again if no more requests come.
        let untilFull: Int64
        /// Until the same request is admitted; 0 if it was.
        let untilAdmitted: Int64
    }
}
