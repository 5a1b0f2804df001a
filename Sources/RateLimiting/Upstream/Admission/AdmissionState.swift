/// Decides which calls upstream are made, and when: the breaker, the permits, the budget and the queues before them, as
/// one value. Time and chance are arguments. Not safe for concurrent access: `AdmissionControl` locks it, after
/// every change lets it ``dispatch(at:)``, and delivers what ``takeDecisions()`` gives outside the lock.
///
/// A call may begin if the breaker admits it, a permit is free and the budget has a token. If it may not, it waits if it
/// is of a kind that waits and its turn comes in time; else it is refused at once. Lanes are served in their order, and
/// in a lane each caller in turn; background calls begin only while nobody waits.
///
/// Within a caller the order is that of arrival. To serve the newest first helps where whoever waits will be late
/// anyway; here nobody is let in who would be, so it could only make the early ones late.
///
/// The number of permits is fixed. A limit that shrank with rising latency gave 534 decisions a minute instead of 899 when
/// the service took 1 s instead of 0.1 s (15 calls a second, 32 permits, 30 asked for). It helped only in a simulation in
/// which abandoned calls kept filling a queue at the service that no other client shared.
struct AdmissionState<Handle: Sendable>: Sendable {
    typealias Decision = Result<AdmissionGrant, AdmissionRefusal>

    /// A call, or a further attempt of one, that waits.
    struct Waiter: Sendable {
        let handle: Handle
        let request: AdmissionRequest
        let arrival: ContinuousClock.Instant
        /// From then on there is no point in beginning.
        let latestBegin: ContinuousClock.Instant
        /// What a further attempt holds already.
        var held: AdmissionGrant?
    }

    var breaker: Breaker
    /// The most calls in flight; at least 1.
    let permits: Int
    var budget: CallBudget?
    /// How long a call in flight keeps its permit.
    var holdTime = SmoothedTime()
    /// By the number of the grant.
    var calls: [UInt64: CallInFlight] = [:]
    /// When a call was last answered.
    var lastAnswer: ContinuousClock.Instant?
    var queues: AdmissionQueues<Waiter>
    var counts = AdmissionCounts()
    /// No waiter's ``Waiter/latestBegin`` is before this.
    var earliestEnd: ContinuousClock.Instant?
    private var decisions: [(Handle, Decision)] = []
    private var grants: UInt64 = 0

    init(_ options: AdmissionOptions, at now: ContinuousClock.Instant) {
        breaker = Breaker(options.breaker, at: now)
        permits = max(1, options.concurrency)
        budget = options.rate.map { CallBudget(rate: $0, burst: options.burst, reserve: options.reserve, at: now) }
        queues = AdmissionQueues(limit: options.queue)
    }

    /// Calls that hold a permit.
    var inFlight: Int { calls.count }

    /// What has been decided about waiters since the last time, to be delivered in this order.
    mutating func takeDecisions() -> [(Handle, Decision)] {
        defer { decisions = [] }
        return decisions
    }

    mutating func deliver(_ decision: Decision, to waiter: Waiter) {
        decisions.append((waiter.handle, decision))
    }

    func status(at now: ContinuousClock.Instant) -> AdmissionStatus {
        AdmissionStatus(
            tokens: budget?.tokens(at: now), rate: budget?.rate, breaker: breaker.state,
            breakerChanges: breaker.changes, inFlight: inFlight, limit: permits, waiting: queues.count,
            counts: counts)
    }

    /// Whether one more call of that kind may be in flight. A quarter of the permits is for interactive calls alone.
    func hasPermit(for priority: CallPriority) -> Bool {
        inFlight < (priority == .interactive ? permits : max(1, permits * 3 / 4))
    }

    func tokenWait(
        for priority: CallPriority, count: Int = 1, at now: ContinuousClock.Instant
    ) -> Duration {
        budget?.wait(for: priority, count: count, at: now) ?? .zero
    }

    mutating func takeToken(for priority: CallPriority, at now: ContinuousClock.Instant) -> Bool {
        budget?.take(for: priority, at: now) ?? true
    }

    /// Lets a call begin, or nil if anything it needs is missing; then nothing is taken.
    mutating func begin(
        _ request: AdmissionRequest, since arrival: ContinuousClock.Instant, at now: ContinuousClock.Instant
    ) -> AdmissionGrant? {
        let priority = request.priority
        guard breaker.refusal(at: now) == nil, hasPermit(for: priority), takeToken(for: priority, at: now),
            let pass = breaker.admit(at: now)
        else { return nil }
        counts.admitted += 1
        grants += 1
        calls[grants] = CallInFlight(of: request, since: arrival, at: now)
        return AdmissionGrant(number: grants, priority: priority, pass: pass, waited: arrival.duration(to: now))
    }
}

/// A queue for each lane, fair among the callers in it. Not safe for concurrent access.
struct AdmissionQueues<Element: Sendable>: Sendable {
    private var queues: [FairQueue<Element>]

    /// `limit` bounds each lane but those of the retries: they hold permits, which bounds them.
    init(limit: Int) {
        queues = AdmissionLane.allCases.map { FairQueue(limit: $0.isRetry ? .max : limit) }
    }

    subscript(lane: AdmissionLane) -> FairQueue<Element> {
        _read { yield queues[lane.rawValue] }
        _modify { yield &queues[lane.rawValue] }
    }

    /// All that wait.
    var count: Int { queues.reduce(0) { $0 + $1.count } }

    var isEmpty: Bool { queues.allSatisfy(\.isEmpty) }

    /// The lanes in which somebody waits, in their order.
    var occupied: [AdmissionLane] { AdmissionLane.allCases.filter { !self[$0].isEmpty } }

    /// How many wait in the lanes that are served before this one.
    func count(before lane: AdmissionLane) -> Int { queues.prefix(lane.rawValue).reduce(0) { $0 + $1.count } }
}

/// What waits in front of the upstream, in the order in which it is served; all of it interactive.
enum AdmissionLane: Int, Sendable, CaseIterable {
    /// Further attempts. Their calls hold permits: the sooner they end the better.
    case retries
    case calls

    /// Nil for what never waits.
    init?(for priority: CallPriority, isRetry: Bool) {
        guard priority == .interactive else { return nil }
        self = isRetry ? .retries : .calls
    }

    /// Whether its calls have begun already and hold a permit each.
    var isRetry: Bool { self == .retries }
}
