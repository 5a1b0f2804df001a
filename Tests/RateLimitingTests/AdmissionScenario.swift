@testable import RateLimiting

/// An admission state and its calls, on a clock that the test advances. Calls and further attempts have numbers.
struct AdmissionScenario {
    private(set) var now = ContinuousClock().now
    private var state: AdmissionState<Int>
    private var grants: [Int: AdmissionGrant] = [:]
    /// The admitted ones, in their order.
    private(set) var admitted: [Int] = []
    /// The refused ones, in their order.
    private(set) var refused: [(number: Int, refusal: AdmissionRefusal)] = []

    init(_ options: AdmissionOptions) {
        state = AdmissionState(options, at: now)
    }

    var status: AdmissionStatus { state.status(at: now) }

    mutating func arrive(
        _ number: Int, caller: UInt64, priority: CallPriority = .interactive, due: ContinuousClock.Instant? = nil,
        within timeout: Duration = .seconds(5)
    ) {
        let request = AdmissionRequest(caller: caller, priority: priority, deadline: now + timeout, due: due)
        state.arrive(request, as: number, waiterID: UInt64(number), at: now)
        settle()
    }

    mutating func change(to options: AdmissionOptions) {
        state.change(to: options, at: now)
        settle()
    }

    mutating func attemptFailed(_ call: Int, _ outcome: CallOutcome) {
        guard let grant = grants[call] else { return }
        state.attemptFailed(of: grant, outcome, at: now)
        settle()
    }

    /// A call asks for another attempt, under a number of its own.
    mutating func retry(
        _ call: Int, as number: Int, after outcome: CallOutcome, within timeout: Duration = .seconds(5)
    ) {
        guard let grant = grants[call] else { return }
        state.attemptFailed(of: grant, outcome, at: now)
        switch state.retry(grant, by: now + timeout, at: now) {
        case .decided(let decision): record(number, decision)
        case .waits(let lane):
            state.enqueue(grant, by: now + timeout, as: number, waiterID: UInt64(number), in: lane, at: now)
        }
        settle()
    }

    func mayRetry(_ call: Int, within timeout: Duration) -> Bool {
        grants[call].map { state.mayRetry($0, by: now + timeout, at: now) } ?? false
    }

    mutating func cancel(_ number: Int) {
        state.cancel(waiterID: UInt64(number))
        settle()
    }

    mutating func end(_ number: Int, _ outcome: CallOutcome) {
        guard let grant = grants.removeValue(forKey: number) else { return }
        state.end(grant, outcome, at: now, random: 0)
        settle()
    }

    /// Advances the clock and dispatches what is due meanwhile.
    mutating func pass(_ duration: Duration) {
        let end = now + duration
        while let next = state.nextDispatch(at: now), next <= end {
            now = max(now, next)
            settle()
        }
        now = end
        settle()
    }

    /// When there is something to dispatch if nothing else happens before.
    var next: ContinuousClock.Instant? { state.nextDispatch(at: now) }

    private mutating func settle() {
        state.dispatch(at: now)
        for (number, decision) in state.takeDecisions() { record(number, decision) }
    }

    private mutating func record(_ number: Int, _ decision: AdmissionState<Int>.Decision) {
        switch decision {
        case .success(let grant):
            grants[number] = grant
            admitted.append(number)
        case .failure(let refusal): refused.append((number, refusal))
        }
    }
}

extension AdmissionOptions {
    /// As the executable's settings have it, for tests that change one thing.
    init(
        rate: Rate? = Rate(15, per: .seconds(1)), burst: Int = 15, reserve: Int? = nil, permits: Int = 32,
        queue: Int = 1_000, breaker: BreakerOptions = BreakerOptions()
    ) {
        self.init(
            rate: rate, burst: burst, reserve: reserve, concurrency: permits, queue: queue, breaker: breaker)
    }
}
