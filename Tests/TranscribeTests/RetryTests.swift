import Curl
import Synchronization
import TestSupport
import Testing
import UpstreamTestSupport

@testable import Transcribe

@Suite struct RetryTests {
    @Test(arguments: [
        CurlError.closedEarly, .couldNotConnect, .couldNotResolve, .timedOut(.connecting), .tlsFailed(.handshake),
        .other(code: 56),
    ])
    func triesAgainAfterAFailureOfTheWay(failure: CurlError) async throws {
        let scenario = try ClientScenario([ScriptedTransport.failure(failure), ScriptedTransport.job])
        _ = try await scenario.lookUp().get()
        #expect(scenario.time.sleeps == [.milliseconds(50)])
    }

    @Test(arguments: [
        (500, "InternalFailureException"), (502, "x"), (503, "ServiceUnavailable"), (504, "x"),
        (400, "RequestTimeout"),
    ])
    func triesAgainAfterAFailureOfAWS(status: Int, code: String) async throws {
        let scenario = try ClientScenario([ScriptedTransport.refusal(status, code), ScriptedTransport.job])
        _ = try await scenario.lookUp().get()
        #expect(scenario.time.sleeps == [.milliseconds(50)])
        #expect(scenario.outcomes.all == ["upstreamFailed", "succeeded"])
    }

    @Test func givesUpAfterTheLastAttempt() async throws {
        let scenario = try ClientScenario(Array(repeating: ScriptedTransport.answer(503, "<html>"), count: 3))
        let error = await scenario.lookUp().error
        #expect(error == .upstreamFailed(ResponseOrigin(status: 503, requestID: "4f1b-22")))
        #expect(scenario.time.sleeps == [.milliseconds(50), .milliseconds(100)])
    }

    @Test func triesOnceIfToldSo() async throws {
        let scenario = try ClientScenario([ScriptedTransport.failure(.closedEarly)], attempts: 1)
        #expect(await scenario.lookUp().error == .unreachable(.closedEarly))
    }

    @Test(arguments: [(400, "ThrottlingException"), (429, "LimitExceededException"), (429, "Unheard")])
    func waitsLongerWhenThrottled(status: Int, code: String) async throws {
        let scenario = try ClientScenario([ScriptedTransport.refusal(status, code), ScriptedTransport.job])
        _ = try await scenario.lookUp().get()
        #expect(scenario.time.sleeps == [.seconds(1)])
        #expect(scenario.outcomes.all == ["throttled", "succeeded"])
    }

    @Test func passesOnHowLongAWSAsksToWait() async throws {
        let step = ScriptedTransport.refusal(
            400, "ThrottlingException", headers: [("x-amz-retry-after", "1500")])
        let scenario = try ClientScenario([step, step, step])
        let error = await scenario.lookUp(within: .seconds(60)).error
        guard case .throttled(let origin, let retryAfter) = error else {
            return #expect(Bool(false), "\(error as Any)")
        }
        #expect(origin.code?.text == "ThrottlingException")
        #expect(retryAfter == .milliseconds(1_500))
        #expect(scenario.time.sleeps == [.milliseconds(1_500), .seconds(2)])
    }

    @Test func obeysRetryAfterOf503() async throws {
        let scenario = try ClientScenario([
            ScriptedTransport.answer(503, "", headers: [("Retry-After", "2")]), ScriptedTransport.job,
        ])
        _ = try await scenario.lookUp().get()
        #expect(scenario.time.sleeps == [.seconds(2)])
    }

    @Test(arguments: [(Duration.milliseconds(1_000), 1), (.milliseconds(1_001), 2)])
    func doesNotBeginAWaitThatPassesTheDeadline(timeout: Duration, requests: Int) async throws {
        let scenario = try ClientScenario(
            Array(repeating: ScriptedTransport.refusal(400, "ThrottlingException"), count: requests))
        let error = await scenario.lookUp(within: timeout).error
        guard case .throttled = error else { return #expect(Bool(false), "\(error as Any)") }
        #expect(scenario.transport.requests.count == requests)
    }

    @Test func saysThatTheTimeIsUp() async throws {
        let scenario = try ClientScenario([])
        #expect(await scenario.lookUp(within: .zero).error == .outOfTime)
        #expect(scenario.outcomes.all == ["outOfTime"])
        #expect(scenario.transport.requests.isEmpty)
    }

    @Test(arguments: [CurlError.Phase.queued, .connecting]) func distinguishesWhetherAWSWasTried(
        phase: CurlError.Phase
    ) async throws {
        let scenario = try ClientScenario([ScriptedTransport.failure(.timedOut(phase))], attempts: 1)
        #expect(await scenario.lookUp().error == (phase == .queued ? .outOfTime : .timedOut))
    }

    @Test func saysThatAWSDidNotAnswerInTime() async throws {
        let scenario = try ClientScenario([ScriptedTransport.failure(.timedOut(.awaitingResponse))])
        #expect(await scenario.lookUp(within: .milliseconds(50)).error == .timedOut)
        #expect(scenario.outcomes.all == ["timedOut"])
    }

    @Test func stopsRetryingForAllWhenTheQuotaIsSpent() async throws {
        let failure = ScriptedTransport.failure(.closedEarly)
        let scenario = try ClientScenario(Array(repeating: failure, count: 35 + 18 + 1))
        for _ in 0..<18 { #expect(await scenario.lookUp().error == .unreachable(.closedEarly)) }
        let before = scenario.transport.requests.count
        #expect(before == 18 + 35)
        #expect(await scenario.lookUp().error == .unreachable(.closedEarly))
        #expect(scenario.transport.requests.count == before + 1)
    }

    @Test func givesTheQuotaBackOnSuccess() async throws {
        let failure = ScriptedTransport.failure(.closedEarly)
        let scenario = try ClientScenario(
            Array(repeating: [failure, ScriptedTransport.job], count: 100).flatMap(\.self))
        for _ in 0..<100 { _ = try await scenario.lookUp().get() }
        #expect(scenario.client.quota.withLock(\.tokens) == RetryQuota.capacity)
    }

    @Test func endsItsWaitWhenCancelled() async throws {
        let scenario = try ClientScenario([{ _ in .failure(.closedEarly) }])
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await scenario.lookUp().error
        }
        task.cancel()
        #expect(await task.value == .cancelled)
    }
}
