import Curl
import TestSupport
import Testing
import UpstreamTestSupport

@testable import Transcribe

/// How long each attempt of a call may take, and the connection that it uses.
@Suite struct AttemptTimeTests {
    private static let silence = ScriptedTransport.failure(.timedOut(.awaitingResponse))

    /// The back-offs of 50 ms and 100 ms count too; otherwise no time passes on this clock.
    @Test(arguments: [
        (Duration.seconds(5), [Duration.milliseconds(2_500), .milliseconds(2_525), .seconds(5)]),
        (.milliseconds(1_500), [.milliseconds(1_000), .milliseconds(1_050), .milliseconds(1_500)]),
        (.milliseconds(800), [.milliseconds(800), .milliseconds(800), .milliseconds(800)]),
    ])
    func eachAttemptButTheLastHasHalfOfWhatIsLeftAndASecondAtLeast(timeout: Duration, ends: [Duration]) async throws {
        let scenario = try ClientScenario(Array(repeating: Self.silence, count: 3))
        #expect(await scenario.lookUp(within: timeout).error == .timedOut)
        #expect(scenario.transport.deadlines.map { $0 - scenario.time.start } == ends)
    }

    @Test func aSingleAttemptHasAllOfTheTime() async throws {
        let scenario = try ClientScenario([Self.silence], attempts: 1)
        #expect(await scenario.lookUp(within: .seconds(5)).error == .timedOut)
        #expect(scenario.transport.deadlines == [scenario.time.start + .seconds(5)])
    }

    @Test func anAttemptThatNoRetryCanFollowForLackOfQuotaHasAllOfTheTime() async throws {
        let failures = Array(repeating: ScriptedTransport.failure(.closedEarly), count: 18 + 35)
        let scenario = try ClientScenario(failures + [Self.silence])
        for _ in 0..<18 { _ = await scenario.lookUp() }
        let deadline = scenario.time.now + .seconds(5)
        #expect(await scenario.lookUp(within: .seconds(5)).error == .timedOut)
        #expect(scenario.transport.deadlines.last == deadline)
    }

    @Test func anAttemptAfterWhichTheCallerAdmitsNoneHasAllOfTheTime() async throws {
        let scenario = try ClientScenario([Self.silence, Self.silence])
        let start = scenario.time.now
        var questions = 0
        await #expect(throws: TranscribeError.timedOut) {
            try await scenario.client.job(
                named: ClientScenario.name, deadline: start + .seconds(5),
                mayRetry: {
                    questions += 1
                    return questions == 1
                }, attemptBegan: {}, attemptFailed: { _ in }, admitRetry: { questions == 1 })
        }
        #expect(scenario.transport.deadlines.map { $0 - start } == [.milliseconds(2_500), .seconds(5)])
    }

    @Test(arguments: [
        ScriptedTransport.answer(503, ""), ScriptedTransport.failure(.couldNotConnect), Self.silence,
    ])
    func everyRetryAfterSilenceOpensAConnection(second: @escaping ScriptedTransport.Step) async throws {
        let scenario = try ClientScenario([Self.silence, second, ScriptedTransport.job, ScriptedTransport.job])
        _ = try await scenario.lookUp().get()
        _ = try await scenario.lookUp().get()
        #expect(scenario.transport.requests.map(\.opensConnection) == [false, true, true, false])
    }

    @Test func aRetryAfterAResponseMayUseAKeptConnection() async throws {
        let scenario = try ClientScenario([ScriptedTransport.answer(503, ""), ScriptedTransport.job])
        _ = try await scenario.lookUp().get()
        #expect(scenario.transport.requests.map(\.opensConnection) == [false, false])
    }

    @Test(arguments: [CurlError.couldNotConnect, .timedOut(.connecting), .timedOut(.queued)])
    func aRetryOfARequestThatWasNotSentMayUseAKeptConnection(failure: CurlError) async throws {
        let scenario = try ClientScenario([ScriptedTransport.failure(failure), ScriptedTransport.job])
        _ = try await scenario.lookUp().get()
        #expect(scenario.transport.requests.map(\.opensConnection) == [false, false])
    }
}
