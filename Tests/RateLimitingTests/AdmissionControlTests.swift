import RateLimiting
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct AdmissionControlTests {
    private let clock = ManualClock()

    private func control(_ options: AdmissionOptions) -> AdmissionControl {
        AdmissionControl(options, now: { [clock] in clock.now }, sleep: clock.sleep, random: { 0 })
    }

    /// Makes a call and returns its refusal, or nil if it was admitted.
    private func call(
        _ control: AdmissionControl, caller: UInt64 = 1, within timeout: Duration = .seconds(5),
        _ body: (AdmissionControl) async -> Void = { _ in }
    ) async -> AdmissionRefusal? {
        do throws(AdmissionRefusal) {
            let admission = try await control.admit(caller, priority: .interactive, by: clock.now + timeout)
            await body(control)
            admission.finish(.answered)
            return nil
        } catch {
            return error
        }
    }

    private func admitAtOnce(_ control: AdmissionControl) async throws(AdmissionRefusal) -> Admission {
        try await control.admit(1, priority: .background, by: clock.now + .seconds(5))
    }

    @Test func holdsThePermitForTheCallAndReleasesIt() async {
        let control = control(AdmissionOptions(rate: nil))
        let refusal = await call(control) { #expect($0.status.inFlight == 1) }
        #expect(refusal == nil)
        #expect(control.status.inFlight == 0)
    }

    @Test func aCallWhoseScopeEndsIsAbandoned() async throws {
        let control = control(AdmissionOptions(rate: nil, permits: 1, breaker: BreakerOptions(minimumCalls: 1)))
        do {
            let admission = try await admitAtOnce(control)
            #expect(control.status.inFlight == 1)
            await #expect(throws: AdmissionRefusal.tooManyInFlight(retryAfter: .zero)) {
                _ = try await admitAtOnce(control)
            }
            _ = admission.retries
        }
        #expect(control.status.inFlight == 0 && control.status.breaker == .closed)
        try await admitAtOnce(control).finish(.failed)
        #expect(control.status.inFlight == 0 && control.status.breaker == .open)
    }

    @Test func noCallWaitsWithoutAQueue() async throws {
        let control = control(AdmissionOptions(rate: nil, permits: 1, queue: 0))
        let admission = try await admitAtOnce(control)
        await #expect(throws: AdmissionRefusal.tooManyInFlight(retryAfter: .zero)) {
            _ = try await control.admit(1, priority: .interactive, by: clock.now + .seconds(5))
        }
        #expect(control.status.waiting == 0)
        admission.finish(.answered)
    }

    @Test func aCallThatWaitsForATokenGetsItWhenItIsDue() async {
        let control = control(AdmissionOptions(burst: 15, reserve: 0))
        await withTaskGroup(of: AdmissionRefusal?.self) { group in
            for _ in 0..<20 { group.addTask { await call(control) } }
            let runner = Task { await control.run() }
            await eventually { control.status.waiting == 5 && clock.sleepers == 1 }
            for waiting in (0..<5).reversed() {
                clock.advance(by: waiting == 4 ? .milliseconds(1_050) : .milliseconds(67))
                await eventually { control.status.waiting == waiting && clock.sleepers > 0 || waiting == 0 }
            }
            for await refusal in group { #expect(refusal == nil) }
            #expect(control.status.counts.waits == 5 && control.status.inFlight == 0)
            runner.cancel()
            await runner.value
        }
    }

    @Test func aCallThatWaitsTooLongIsRefusedAtItsTime() async {
        let control = control(AdmissionOptions(rate: nil, permits: 1))
        let runner = Task { await control.run() }
        let refusal = await call(control) { control in
            async let second = call(control, within: .seconds(1))
            async let third = call(control, within: .milliseconds(500))
            await eventually { control.status.waiting == 2 && clock.sleepers > 0 }
            clock.advance(by: .milliseconds(500))
            #expect(await third?.reason == .deadlineTooClose)
            clock.advance(by: .milliseconds(500))
            #expect(await second?.reason == .deadlineTooClose)
        }
        #expect(refusal == nil && control.status.waiting == 0)
        runner.cancel()
        await runner.value
    }

    @Test func aReleasedPermitGoesToAWaitingCallWithoutTheClock() async {
        let control = control(AdmissionOptions(rate: nil, permits: 1))
        await withTaskGroup(of: AdmissionRefusal?.self) { group in
            let admission = try? await admitAtOnce(control)
            for caller in UInt64(0)..<10 { group.addTask { await call(control, caller: caller) } }
            await eventually { control.status.waiting == 10 }
            admission?.finish(.answered)
            for await refusal in group { #expect(refusal == nil) }
        }
        #expect(control.status.waiting == 0 && control.status.inFlight == 0)
    }

    @Test func aCancelledWaiterLeavesTheQueueAndNothingIsLost() async throws {
        let control = control(AdmissionOptions(rate: nil, permits: 1))
        let admission = try await admitAtOnce(control)
        let waiters = (0..<100).map { _ in Task { await call(control) } }
        await eventually { control.status.waiting == 100 }
        for waiter in waiters { waiter.cancel() }
        for waiter in waiters { #expect(await waiter.value == .cancelled) }
        #expect(control.status.waiting == 0 && control.status.counts.refused[.cancelled] == 100)
        admission.finish(.answered)
        #expect(await call(control) == nil)
    }

    @Test func aTaskThatIsCancelledAlreadyDoesNotWait() async throws {
        let control = control(AdmissionOptions(rate: nil, permits: 1))
        let admission = try await admitAtOnce(control)
        let waiter = Task {
            while !Task.isCancelled { await Task.yield() }
            return await call(control)
        }
        waiter.cancel()
        #expect(await waiter.value == .cancelled)
        admission.finish(.answered)
    }

    @Test func aRetryWaitsForItsTokenToo() async throws {
        let control = control(AdmissionOptions(burst: 1, reserve: 0))
        let runner = Task { await control.run() }
        let admission = try await admitAtOnce(control)
        let retries = admission.retries
        #expect(await !retries.admit(by: clock.now + .milliseconds(50)))
        admission.finish(.abandoned)
        clock.advance(by: .milliseconds(67))
        let second = try await control.admit(1, priority: .interactive, by: clock.now + .seconds(5))
        let more = second.retries
        let deadline = clock.now + .seconds(5)
        let retry = Task { await more.admit(by: deadline) }
        await eventually { control.status.waiting == 1 && clock.sleepers > 0 }
        clock.advance(by: .milliseconds(67))
        #expect(await retry.value)
        second.finish(.answered)
        runner.cancel()
        await runner.value
    }
}
