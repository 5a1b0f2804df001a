import RateLimiting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct AdmissionThreadTests {
    @Test func neverMoreInFlightThanTheLimitAcrossThreads() async {
        let options = AdmissionOptions(
            rate: nil, permits: 3, queue: 0, breaker: BreakerOptions(minimumCalls: .max))
        let control = AdmissionControl(options)
        let held = Atomic(0)
        let most = Atomic(0)
        let admitted = Atomic(0)
        await inTasks(8) { number in
            let deadline = ContinuousClock.now + .seconds(600)
            for round in 0..<12_500 {
                guard let admission = try? await control.admit(UInt64(number), priority: .interactive, by: deadline)
                else { continue }
                most.max(held.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
                admitted.add(1, ordering: .relaxed)
                held.subtract(1, ordering: .relaxed)
                admission.finish(CallOutcome.allCases[round % CallOutcome.allCases.count])
            }
        }
        #expect(most.load(ordering: .relaxed) <= 3 && control.status.inFlight == 0)
        #expect(control.status.counts.admitted == admitted.load(ordering: .relaxed))
    }

    @Test func grantsExactlyTheBurstAcrossThreads() async {
        let now = ContinuousClock.now
        let options = AdmissionOptions(
            rate: Rate(1_000, per: .seconds(1)), burst: 1_000, reserve: 0, concurrency: 10_000)
        let control = AdmissionControl(options, now: { now })
        let granted = Atomic(0)
        await inTasks(8) { number in
            for _ in 0..<2_000 {
                guard let admission = try? await control.admit(1, priority: .background, by: now + .seconds(9))
                else { continue }
                granted.add(1, ordering: .relaxed)
                admission.finish(.answered)
            }
        }
        #expect(granted.load(ordering: .relaxed) == 1_000)
    }

    /// Runs the bodies at once, on as many threads as there are.
    private func inTasks(_ count: Int, _ body: @escaping @Sendable (Int) async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<count { group.addTask { @concurrent in await body(number) } }
        }
    }

    // 10⁵ waiting calls, a third of them cancelled at any moment: each gets exactly one decision, and no permit is lost.
    @Test func everyWaiterGetsADecisionWhetherCancelledOrNot() async {
        let options = AdmissionOptions(
            rate: nil, permits: 4, queue: 100_000, breaker: BreakerOptions(minimumCalls: .max))
        let control = AdmissionControl(options)
        let deadline = ContinuousClock.now + .seconds(600)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await control.run() }
            await withTaskGroup(of: Void.self) { callers in
                for caller in UInt64(0)..<8 {
                    callers.addTask {
                        for _ in 0..<125 { await Self.crowd(of: caller, at: control, by: deadline) }
                    }
                }
            }
            group.cancelAll()
        }
        let status = control.status
        #expect(status.waiting == 0 && status.inFlight == 0)
        #expect(status.counts.admitted + (status.counts.refused[.cancelled] ?? 0) == 100_000)
        #expect(status.counts.waits > 1_000 && (status.counts.refused[.cancelled] ?? 0) > 1_000)
    }

    private static func crowd(
        of caller: UInt64, at control: AdmissionControl, by deadline: ContinuousClock.Instant
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                let task = Task {
                    guard let admission = try? await control.admit(caller, priority: .interactive, by: deadline) else {
                        return
                    }
                    await Task.yield()
                    admission.finish(.answered)
                }
                if number % 3 == 0 { task.cancel() }
                group.addTask { await task.value }
            }
        }
    }
}
