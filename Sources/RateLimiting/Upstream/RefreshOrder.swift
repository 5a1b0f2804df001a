/// Which background calls begin while more are asked for than the budget has: the one that is overdue the longest first.
/// A pure value; time is an argument.
///
/// Background calls do not wait, so there is no queue that could be in this order. Only those begin that are overdue by at
/// least a bound. It moves towards each call that the budget refuses, and so rises; and towards each that it keeps out
/// although the budget has a token, and so falls. Then about as many calls pass it as the budget has. Without it a token
/// goes to the call that happens to come next, and one refresh in a hundred comes later than 4.6 times the mean.
struct RefreshOrder: Sendable {
    /// The bound moves by this part of the way.
    private static let step = 64
    /// The bound lapses if the budget has refused no call for so long.
    private static let memory = Duration.seconds(2)

    private var bound = Duration.zero
    private var lastRefusal: ContinuousClock.Instant?

    /// How long until a call that is overdue by this may begin; zero if the bound does not keep it out.
    func wait(for overdue: Duration, at now: ContinuousClock.Instant) -> Duration {
        hasLapsed(at: now) ? .zero : max(.zero, bound - overdue)
    }

    /// The budget has refused a call that passes the bound.
    mutating func recordRefusal(of overdue: Duration, at now: ContinuousClock.Instant) {
        if hasLapsed(at: now) { bound = .zero }
        move(to: overdue)
        lastRefusal = now
    }

    /// The bound has kept out a call that could have begun.
    mutating func recordUnusedToken(of overdue: Duration) { move(to: overdue) }

    private mutating func move(to overdue: Duration) { bound += (overdue - bound) / Self.step }

    private func hasLapsed(at now: ContinuousClock.Instant) -> Bool {
        guard let lastRefusal else { return true }
        return now >= lastRefusal + Self.memory
    }
}
