import Curl
import Formats
import SigV4
import Synchronization
import TestSupport
import Testing
import UpstreamTestSupport

@testable import Transcribe

@Suite struct ClockRecoveryTests {
    @Test(
        arguments: [
            ("RequestTimeTooSkewed", 600_000), ("InvalidSignatureException", -600_000),
            ("SignatureDoesNotMatch", 301_000),
            ("RequestExpired", 86_400_000),
        ] as [(String, Int64)])
    func correctsTheClockAndTriesAgain(code: String, difference: Int64) async throws {
        let scenario = try ClientScenario([
            refusal(code, ahead: difference), ScriptedTransport.job, ScriptedTransport.job,
        ])
        _ = try await scenario.lookUp().get()
        _ = try await scenario.lookUp().get()
        let dates = scenario.transport.requests.map { $0.value(of: "x-amz-date") }
        #expect(dates[0] == "20261124T060845Z")
        let corrected = Timestamp.wallStart.adding(milliseconds: difference).rfc3339.prefix(19)
        let basic = corrected.filter { $0 != "-" && $0 != ":" } + "Z"
        #expect(dates[1] == basic && dates[2] == basic)
        #expect(scenario.outcomes.all == ["credentialsRejected", "succeeded", "succeeded"])
        #expect(scenario.time.sleeps.isEmpty)
    }

    @Test func takesARefusalWithoutSkewForFinal() async throws {
        let scenario = try ClientScenario([refusal("SignatureDoesNotMatch", ahead: 239_000)])
        try await expectRejection(in: scenario, requests: 1)
    }

    @Test func takesARefusalWithoutDateForFinal() async throws {
        let scenario = try ClientScenario([ScriptedTransport.refusal(400, "RequestTimeTooSkewed")])
        try await expectRejection(in: scenario, requests: 1)
    }

    @Test func correctsOnlyOncePerCall() async throws {
        let scenario = try ClientScenario([
            refusal("RequestTimeTooSkewed", ahead: 600_000), refusal("RequestTimeTooSkewed", ahead: 1_800_000),
        ])
        try await expectRejection(in: scenario, requests: 2)
    }

    @Test func learnsFromASuccessToo() async throws {
        let answer = ScriptedTransport.answer(200, ScriptedTransport.jobBody, headers: date(ahead: 600_000))
        let scenario = try ClientScenario([answer, ScriptedTransport.job])
        _ = try await scenario.lookUp().get()
        _ = try await scenario.lookUp().get()
        #expect(scenario.transport.requests.last?.value(of: "x-amz-date") == "20261124T061845Z")
    }

    /// A proxy's error page may carry any date.
    @Test func learnsNothingFromOtherErrors() async throws {
        let answer = ScriptedTransport.answer(502, "<html>", headers: date(ahead: 600_000))
        let scenario = try ClientScenario([answer, ScriptedTransport.job])
        _ = try await scenario.lookUp().get()
        #expect(scenario.transport.requests.last?.value(of: "x-amz-date") == "20261124T060845Z")
    }

    /// AWS rejects two calls because of the clock. The first one corrects it for both, and both try again.
    @Test func triesAgainIfAnotherCallCorrectedTheClock() async throws {
        let late = LateClient()
        let scenario = try ClientScenario([
            { request in
                late.client.withLock { $0?.clock.learn(Timestamp.wallStart.adding(milliseconds: 600_000)) }
                return refusal("RequestTimeTooSkewed", ahead: 600_000)(request)
            },
            ScriptedTransport.job,
        ])
        late.client.withLock { $0 = scenario.client }
        _ = try await scenario.lookUp().get()
        #expect(scenario.transport.requests.last?.value(of: "x-amz-date") == "20261124T061845Z")
    }

    private func expectRejection(in scenario: ClientScenario, requests: Int) async throws {
        let error = await scenario.lookUp().error
        guard case .credentialsRejected = error else { return #expect(Bool(false), "\(error as Any)") }
        #expect(scenario.transport.requests.count == requests)
        #expect(scenario.credentials.refreshes == 0)
    }
}

/// Holds a client for a step of its own script.
private final class LateClient: Sendable {
    let client = Mutex<TranscribeClient?>(nil)
}

private func refusal(_ code: String, ahead milliseconds: Int64) -> ScriptedTransport.Step {
    ScriptedTransport.refusal(400, code, headers: date(ahead: milliseconds))
}

/// A `Date` that far ahead of the start of a test.
private func date(ahead milliseconds: Int64) -> [(name: String, value: String)] {
    [("Date", Timestamp.wallStart.adding(milliseconds: milliseconds).httpDate)]
}
