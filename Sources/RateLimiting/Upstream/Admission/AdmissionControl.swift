import Synchronization

/// The one door through which all calls upstream go: breaker, queue, permits and budget (`AdmissionState` says
/// how they decide). Safe to use from any thread. ``run()`` has to be running, or nobody who waits for a token gets it.
public final class AdmissionControl: Sendable {
    typealias Decision = Result<AdmissionGrant, AdmissionRefusal>
    typealias State = AdmissionState<CheckedContinuation<Decision, Never>>

    private struct Guarded: Sendable {
        var admission: State
        var wakeUps = PendingWakeUps()
    }

    private let guarded: Mutex<Guarded>
    private let waiterIDs = Atomic<UInt64>(0)
    private let now: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (_ until: ContinuousClock.Instant) async throws -> Void
    private let random: @Sendable () -> Double
    private let wakeUps = AsyncStream<ContinuousClock.Instant>.makeStream()

    /// - Parameters:
    ///   - sleep: waits until an instant; ends early only by cancellation.
    ///   - random: a number from 0 to 1, the jitter of the breaker's pauses.
    public init(
        _ options: AdmissionOptions,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (_ until: ContinuousClock.Instant) async throws -> Void = {
            try await ContinuousClock().sleep(until: $0)
        },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        guarded = Mutex(Guarded(admission: State(options, at: now())))
        self.now = now
        self.sleep = sleep
        self.random = random
    }

    /// Wakes whoever waits when the time has come; until the task is cancelled. Call it once. The sleeps are its child
    /// tasks. Whoever waits then is not told of its end: cancel those tasks too.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for await instant in wakeUps.stream {
                group.addTask {
                    guard (try? await self.sleep(instant)) != nil else { return }
                    self.update { _, _ in }
                }
            }
        }
    }

    /// Leave to make a call, now or when its turn comes.
    ///
    /// - Parameters:
    ///   - caller: whose turn it takes. One key for all is a queue without turns.
    ///   - deadline: when the answer has to be there. A call that cannot make it is refused at once.
    public func admit(
        _ caller: UInt64, priority: CallPriority, by deadline: ContinuousClock.Instant
    ) async throws(AdmissionRefusal) -> Admission {
        let request = AdmissionRequest(caller: caller, priority: priority, deadline: deadline)
        switch update({ $0.arrive(request, at: $1) }) {
        case .decided(let decision): return Admission(of: try decision.get(), from: self)
        case .waits:
            let decision = await wait { state, continuation, waiterID, now in
                state.arrive(request, as: continuation, waiterID: waiterID, at: now)
            }
            return Admission(of: try decision.get(), from: self)
        }
    }

    /// What is to be seen of it now.
    public var status: AdmissionStatus { update { $0.status(at: $1) } }

    func attemptFailed(of grant: AdmissionGrant, _ outcome: CallOutcome) {
        update { $0.attemptFailed(of: grant, outcome, at: $1) }
    }

    func admitRetry(of grant: AdmissionGrant, by deadline: ContinuousClock.Instant) async -> Bool {
        let placement = update { $0.retry(grant, by: deadline, at: $1) }
        switch placement {
        case .decided(let decision): return decision.isGranted
        case .waits(let lane):
            let decision = await wait { state, continuation, waiterID, now in
                state.enqueue(grant, by: deadline, as: continuation, waiterID: waiterID, in: lane, at: now)
            }
            return decision.isGranted
        }
    }

    func end(_ grant: AdmissionGrant, _ outcome: CallOutcome) {
        let random = random()
        update { $0.end(grant, outcome, at: $1, random: random) }
    }

    /// Waits for what `enter` has put into a queue. A task that is cancelled leaves the queue.
    private func wait(
        _ enter: @Sendable (inout State, CheckedContinuation<Decision, Never>, UInt64, ContinuousClock.Instant) -> Void
    ) async -> Decision {
        let waiterID = waiterIDs.add(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                update { state, now in
                    enter(&state, continuation, waiterID, now)
                    // The handler may have been called already, when there was nobody to leave.
                    if Task.isCancelled { state.cancel(waiterID: waiterID) }
                }
            }
        } onCancel: {
            update { state, _ in state.cancel(waiterID: waiterID) }
        }
    }

    /// Changes the state, sees who may begin by that, and tells them outside the lock. The clock is read inside it, so
    /// that the state's time never steps back.
    private func update<Value>(_ change: (inout State, ContinuousClock.Instant) -> Value) -> Value {
        let (value, decisions, wakeUp) = guarded.withLock { guarded in
            let now = now()
            let value = change(&guarded.admission, now)
            guarded.admission.dispatch(at: now)
            let wakeUp = guarded.wakeUps.add(for: guarded.admission.nextDispatch(at: now), at: now)
            return (value, guarded.admission.takeDecisions(), wakeUp)
        }
        for (continuation, decision) in decisions { continuation.resume(returning: decision) }
        if let wakeUp { wakeUps.continuation.yield(wakeUp) }
        return value
    }
}

extension AdmissionControl.Decision {
    fileprivate var isGranted: Bool {
        if case .success = self { true } else { false }
    }
}

/// When somebody will look again, with as few sleepers as may be: each wakes before all that were set before it, and none
/// is ever called off. Not safe for concurrent access.
struct PendingWakeUps: Sendable {
    private var pending: [ContinuousClock.Instant] = []

    /// The wake-up to set for something that is due then, or nil if there is one by then or nothing is due.
    mutating func add(
        for next: ContinuousClock.Instant?, at now: ContinuousClock.Instant
    ) -> ContinuousClock.Instant? {
        while let last = pending.last, last <= now { pending.removeLast() }
        guard let next else { return nil }
        if let last = pending.last, last <= next { return nil }
        pending.append(next)
        return next
    }
}
