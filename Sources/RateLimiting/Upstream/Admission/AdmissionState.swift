/// Decides which calls upstream are made, and when: the breaker, the permits, the budget and the queues before them, as
/// one value. Time and chance are arguments. Not safe for concurrent access: `AdmissionControl` locks it, calls
/// ``dispatch(at:)`` after every change, and delivers the result of ``takeDecisions()`` outside the lock.
///
/// A call begins if the breaker admits it, a permit is free and the budget has a token. Otherwise an interactive call
/// waits if its turn comes in time, and every other call is refused at once; those begin only while no call waits. But a
/// share of the calls is theirs (``OwedCalls``): what it owes them has the rights of an interactive call, and waits before
/// all others. Lanes are served in their order, and in a lane each caller in turn. Background calls begin in the order of
/// ``RefreshOrder``.
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
    private(set) var permits: Int
    var budget: CallBudget?
    /// How long calls keep their permits.
    var holdTime = SmoothedTime()
    /// By the number of the grant.
    var calls: [UInt64: CallInFlight] = [:]
    /// When a call was last answered.
    var lastAnswer: ContinuousClock.Instant?
    var owed = OwedCalls()
    var refreshOrder = RefreshOrder()
    var laterTurns = LaterTurns()
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

    /// Other bounds from now on, of rate and of calls in flight. Calls under way, those that wait and the breaker stay as they are;
    /// a budget where there was none begins without a token.
    mutating func change(to options: AdmissionOptions, at now: ContinuousClock.Instant) {
        permits = max(1, options.concurrency)
        let old = budget
        budget = options.rate.map { rate in
            var budget = old ?? CallBudget(rate: rate, burst: options.burst, reserve: options.reserve, at: now)
            if old == nil { budget.drain(at: now) }
            budget.change(rate: rate, burst: options.burst, reserve: options.reserve, at: now)
            return budget
        }
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

    var condition: AdmissionCondition {
        AdmissionCondition(breaker: breaker.state, isThrottled: budget?.isThrottled ?? false)
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

    /// The refusal of a call for which a token comes after that time.
    func budgetUsedUp(for wait: Duration) -> AdmissionRefusal {
        .budgetUsedUp(retryAfter: wait, isThrottled: budget?.isThrottled ?? false)
    }

    mutating func takeToken(for priority: CallPriority, at now: ContinuousClock.Instant) -> Bool {
        budget?.take(for: priority, at: now) ?? true
    }

    /// Begins a call with the rights of that priority. Returns nil, and takes nothing, if the breaker refuses or a permit or
    /// a token is missing.
    mutating func begin(
        _ request: AdmissionRequest, as rights: CallPriority, since arrival: ContinuousClock.Instant,
        at now: ContinuousClock.Instant
    ) -> AdmissionGrant? {
        guard breaker.refusal(at: now) == nil, hasPermit(for: rights), takeToken(for: rights, at: now),
            let pass = breaker.admit(at: now)
        else { return nil }
        counts.admitted += 1
        grants += 1
        owed.record(request.priority)
        calls[grants] = CallInFlight(of: request, since: arrival, at: now)
        return AdmissionGrant(number: grants, priority: request.priority, pass: pass)
    }
}

/// How many calls are owed to the kinds that yield to interactive calls: each call of another kind adds a part of one, each
/// of its own takes one. So a kind gets its share of the calls at any rate and any load, if it asks for it (deficit round
/// robin, Shreedhar and Varghese). A pure value.
struct OwedCalls: Sendable {
    /// Owed calls do not pile up while none is asked for.
    private static let most = 3.0

    private var background = 0.0
    private var watched = 0.0
    private var forced = 0.0

    /// The share of all calls that is a kind's own if it asks for so many; nil for interactive calls, which have the rest.
    static func share(of kind: CallPriority) -> Double? {
        switch kind {
        case .interactive: nil
        case .background: 1 / 4
        case .watched: 1 / 5
        case .forced: 1 / 15
        }
    }

    /// Whether one more call of that kind is owed beside those that wait already.
    func contains(_ kind: CallPriority, beside waiting: Int) -> Bool {
        switch kind {
        case .interactive: false
        case .background: background >= Double(waiting + 1)
        case .watched: watched >= Double(waiting + 1)
        case .forced: forced >= Double(waiting + 1)
        }
    }

    /// Records that a call of that kind, or a further attempt of it, begins.
    mutating func record(_ kind: CallPriority) {
        background = Self.change(background, of: .background, by: kind)
        watched = Self.change(watched, of: .watched, by: kind)
        forced = Self.change(forced, of: .forced, by: kind)
    }

    private static func change(_ owed: Double, of kind: CallPriority, by begun: CallPriority) -> Double {
        guard let share = share(of: kind) else { return 0 }
        return begun == kind ? max(0, owed - 1) : min(most, owed + share / (1 - share))
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

/// The kinds of calls that wait, in the order in which they are served.
enum AdmissionLane: Int, Sendable, CaseIterable {
    /// Background calls that are owed. There are few, and no others wait in this lane.
    case background
    /// Watched calls that are owed.
    case watched
    /// Forced calls that are owed.
    case forced
    /// Further attempts of interactive calls. They come before calls because theirs hold permits until they end.
    case retries
    /// Interactive calls that have not begun.
    case calls

    /// The lane of a call that has not begun.
    init(for priority: CallPriority) {
        self =
            switch priority {
            case .interactive: .calls
            case .background: .background
            case .watched: .watched
            case .forced: .forced
            }
    }

    /// The lane of a further attempt; nil for those that do not wait.
    init?(forRetryOf priority: CallPriority) {
        guard priority == .interactive else { return nil }
        self = .retries
    }

    /// Whether the calls of this lane have begun already and hold a permit each.
    var isRetry: Bool { self == .retries }
}
