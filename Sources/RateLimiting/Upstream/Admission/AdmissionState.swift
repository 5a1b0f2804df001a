/// Decides which calls upstream are made, and when: the breaker, the permits, the budget and the queues before them, as
/// one value. Time and chance are arguments. Not safe for concurrent access: `AdmissionControl` locks it, calls
/// ``dispatch(at:)`` after every change, and delivers the result of ``takeDecisions()`` outside the lock.
///
/// A call begins if the breaker admits it, a permit is free and the budget has a token. Otherwise an interactive call
/// waits if its turn comes in time, and every other call is refused at once. Lanes are served in their order, and in a
/// lane each caller in turn; background calls begin only while no call waits.
///
/// The calls of one caller are served in order of arrival. Serving the newest first helps where most waiting calls will be
/// late anyway; here such calls are refused on arrival, so it would only make the early ones late.
///
/// The number of permits is fixed. A limit that shrank with rising latency gave 534 decisions a minute instead of 899 when
/// the service took 1 s instead of 0.1 s (15 calls a second, 32 permits, 30 asked for). It helped only in a simulation in
/// which abandoned calls kept filling a queue at the service that no other client shared.
struct AdmissionState<Handle: Sendable>: Sendable {
    typealias Decision = Result<AdmissionGrant, AdmissionRefusal>

    /// A call that waits, or a further attempt of one.
    struct Waiter: Sendable {
        let handle: Handle
        let request: AdmissionRequest
        let arrival: ContinuousClock.Instant
        /// The call is refused if it has not begun by then.
        let latestBegin: ContinuousClock.Instant
        /// The grant that a further attempt holds already.
        var held: AdmissionGrant?
    }

    var breaker: Breaker
    /// The most calls in flight; at least 1.
    let permits: Int
    var budget: CallBudget?
    /// How long calls keep their permits.
    var holdTime = SmoothedTime()
    /// By the number of the grant.
    var calls: [UInt64: CallInFlight] = [:]
    /// When a call was last answered.
    var lastAnswer: ContinuousClock.Instant?
    var queues: AdmissionQueues<Waiter>
    var counts = AdmissionCounts()
    /// No ``Waiter/latestBegin`` is before this.
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

    /// Returns the decisions about waiters since the last call, to be delivered in this order.
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

    /// Whether one more call of that priority may be in flight. A quarter of the permits is for interactive calls alone.
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

    /// Begins a call. Returns nil, and takes nothing, if the breaker refuses or a permit or a token is missing.
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
        return AdmissionGrant(number: grants, priority: priority, pass: pass)
    }
}

/// One queue for each lane, fair among the callers in it. Not safe for concurrent access.
struct AdmissionQueues<Element: Sendable>: Sendable {
    private var queues: [FairQueue<Element>]

    /// `limit` bounds each lane but that of the retries: these hold permits, which bounds them.
    init(limit: Int) {
        queues = AdmissionLane.allCases.map { FairQueue(limit: $0.isRetry ? .max : limit) }
    }

    subscript(lane: AdmissionLane) -> FairQueue<Element> {
        _read { yield queues[lane.rawValue] }
        _modify { yield &queues[lane.rawValue] }
    }

    /// All calls and further attempts that wait.
    var count: Int { queues.reduce(0) { $0 + $1.count } }

    var isEmpty: Bool { queues.allSatisfy(\.isEmpty) }

    /// The lanes that are not empty, in their order.
    var occupied: [AdmissionLane] { AdmissionLane.allCases.filter { !self[$0].isEmpty } }

    /// How many wait in the lanes served before this one.
    func count(before lane: AdmissionLane) -> Int { queues.prefix(lane.rawValue).reduce(0) { $0 + $1.count } }
}

/// The two kinds of interactive calls that wait, in the order in which they are served.
enum AdmissionLane: Int, Sendable, CaseIterable {
    /// Further attempts. They come first because their calls hold permits until they end.
    case retries
    /// Calls that have not begun.
    case calls

    /// Nil for background calls, which never wait.
    init?(for priority: CallPriority, isRetry: Bool) {
        guard priority == .interactive else { return nil }
        self = isRetry ? .retries : .calls
    }

    /// Whether the calls of this lane have begun already and hold a permit each.
    var isRetry: Bool { self == .retries }
}
