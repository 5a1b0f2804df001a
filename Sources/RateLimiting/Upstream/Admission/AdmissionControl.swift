import Synchronization

/// Admits every call upstream by breaker, queue, permits and budget; `AdmissionState` describes the rules. Safe to use from
/// any thread. ``run()`` has to be running: it wakes the calls that wait for a token or whose deadline passes.
public final class AdmissionControl: Sendable {
    typealias Decision = Result<AdmissionGrant, AdmissionRefusal>
    typealias State = AdmissionState<CheckedContinuation<Decision, Never>>

    fileprivate struct Guarded: Sendable {
        var admission: State
        var wakeUps = PendingWakeUps()
        var condition: AdmissionCondition
    }

    private let guarded: Mutex<Guarded>
    private let waiterIDs = Atomic<UInt64>(0)
    private let now: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (_ until: ContinuousClock.Instant) async throws -> Void
    private let random: @Sendable () -> Double
    private let report: @Sendable (AdmissionCondition) -> Void
    private let wakeUps = AsyncStream<ContinuousClock.Instant>.makeStream()

    /// - Parameters:
    ///   - sleep: waits until an instant; ends early only by cancellation.
    ///   - random: returns a number from 0 to 1, the jitter of the breaker's pauses.
    ///   - report: called after each change of what keeps calls from being made, on the thread that made it; must not block.
    public init(
        _ options: AdmissionOptions,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (_ until: ContinuousClock.Instant) async throws -> Void = {
            try await ContinuousClock().sleep(until: $0)
        },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        report: @escaping @Sendable (AdmissionCondition) -> Void = { _ in }
    ) {
        let state = State(options, at: now())
        guarded = Mutex(Guarded(admission: state, condition: state.condition))
        self.report = report
        self.now = now
        self.sleep = sleep
        self.random = random
    }

    /// Wakes waiting calls when their time has come, until the task is cancelled. Call it once. Its sleeps are child tasks.
    /// Calls that wait when it ends get no decision from it: cancel their tasks too.
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

    /// Admits a call, now or when its turn comes.
    ///
    /// - Parameters:
    ///   - caller: the key whose turn the call takes. With one key for all calls they are served in order of arrival.
    ///   - second: the priority with which the call asks once more if it is refused.
    ///   - due: of a background call, since when it has been due; nil is now. While the budget is short those that have been
    ///     due the longest are admitted.
    ///   - deadline: when the answer has to be there. A call that cannot be answered by then is refused at once.
    /// - Throws: ``AdmissionRefusal``, the first one, if the call must not be made. Only this is counted, but for a watched
    ///   job, which is asked for again until its turn comes.
    public func admit(
        _ caller: UInt64, priority: CallPriority, or second: CallPriority? = nil, due: ContinuousClock.Instant? = nil,
        by deadline: ContinuousClock.Instant
    ) async throws(AdmissionRefusal) -> Admission {
        do throws(AdmissionRefusal) {
            return try await ask(AdmissionRequest(caller: caller, priority: priority, deadline: deadline, due: due))
        } catch {
            if let second, error != .cancelled {
                let request = AdmissionRequest(caller: caller, priority: second, deadline: deadline, due: due)
                if let admission = try? await ask(request) { return admission }
            }
            if priority != .watched { update { state, _ in state.counts.record(error) } }
            throw error
        }
    }

    private func ask(_ request: AdmissionRequest) async throws(AdmissionRefusal) -> Admission {
        switch update({ $0.arrive(request, at: $1) }) {
        case .decided(let decision): return Admission(of: try decision.get(), from: self)
        case .waits:
            let decision = await wait { state, continuation, waiterID, now in
                state.arrive(request, as: continuation, waiterID: waiterID, at: now)
            }
            return Admission(of: try decision.get(), from: self)
        }
    }

    /// Puts other bounds in force, of the rate and of the calls in flight: see `AdmissionState`.
    public func change(to options: AdmissionOptions) { update { $0.change(to: options, at: $1) } }

    /// The figures for metrics, now.
    public var status: AdmissionStatus { update { $0.status(at: $1) } }

    func attemptFailed(of grant: AdmissionGrant, _ outcome: CallOutcome) {
        update { $0.attemptFailed(of: grant, outcome, at: $1) }
    }

    func mayRetry(_ grant: AdmissionGrant, by deadline: ContinuousClock.Instant) -> Bool {
        guarded.withLock { $0.admission.mayRetry(grant, by: deadline, at: now()) }
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

    /// Waits for the decision about the waiter that `enter` has put into a queue. Cancellation removes it from there.
    private func wait(
        _ enter: @Sendable (inout State, CheckedContinuation<Decision, Never>, UInt64, ContinuousClock.Instant) -> Void
    ) async -> Decision {
        let waiterID = waiterIDs.add(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                update { state, now in
                    enter(&state, continuation, waiterID, now)
                    // The handler may have run already, before the waiter was in the queue.
                    if Task.isCancelled { state.cancel(waiterID: waiterID) }
                }
            }
        } onCancel: {
            update { state, _ in state.cancel(waiterID: waiterID) }
        }
    }

    /// Changes the state, dispatches the calls that may begin after that, and resumes them outside the lock. The clock is
    /// read inside the lock, so that the state's time never steps back.
    private func update<Value>(_ change: (inout State, ContinuousClock.Instant) -> Value) -> Value {
        let (value, decisions, wakeUp, news) = guarded.withLock { guarded in
            let now = now()
            let value = change(&guarded.admission, now)
            guarded.admission.dispatch(at: now)
            let wakeUp = guarded.wakeUps.add(for: guarded.admission.nextDispatch(at: now), at: now)
            return (value, guarded.admission.takeDecisions(), wakeUp, guarded.takeNews())
        }
        if let news { report(news) }
        for (continuation, decision) in decisions { continuation.resume(returning: decision) }
        if let wakeUp { wakeUps.continuation.yield(wakeUp) }
        return value
    }
}

extension AdmissionControl.Guarded {
    /// The condition, if it is another than when this was last asked.
    fileprivate mutating func takeNews() -> AdmissionCondition? {
        let now = admission.condition
        guard now != condition else { return nil }
        condition = now
        return now
    }
}

extension AdmissionControl.Decision {
    fileprivate var isGranted: Bool {
        if case .success = self { true } else { false }
    }
}
