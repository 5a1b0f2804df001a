import Curl
import SigV4
import TestSupport
import Testing
import UpstreamTestSupport

@testable import Transcribe

@Suite struct CredentialsRecoveryTests {
    private let both: [Result<Credentials, CredentialsUnavailable>] = [
        .success(RotatingCredentials.old), .success(RotatingCredentials.new),
    ]

    @Test(arguments: [
        (400, "ExpiredTokenException"), (403, "ExpiredToken"), (400, "UnrecognizedClientException"),
        (403, "InvalidClientTokenId"),
    ])
    func triesAgainWithFreshCredentials(status: Int, code: String) async throws {
        let scenario = try ClientScenario(
            [ScriptedTransport.refusal(status, code), ScriptedTransport.job], credentials: both)
        _ = try await scenario.lookUp().get()
        #expect(scenario.credentials.refreshes == 1)
        #expect(scenario.transport.requests.map { $0.value(of: "x-amz-security-token") } == ["token-old", "token-new"])
        #expect(scenario.time.sleeps.isEmpty)
        #expect(scenario.outcomes.all == ["credentialsRejected", "succeeded"])
    }

    @Test func refreshesOnlyOncePerCall() async throws {
        let refusal = ScriptedTransport.refusal(400, "ExpiredTokenException")
        let scenario = try ClientScenario([refusal, refusal], credentials: both)
        let error = await scenario.lookUp().error
        guard case .credentialsRejected(let origin) = error else { return #expect(Bool(false), "\(error as Any)") }
        #expect(origin.code?.text == "ExpiredTokenException")
        #expect(scenario.credentials.refreshes == 1)
    }

    @Test func refreshesEvenWhereOneAttemptIsAllowed() async throws {
        let scenario = try ClientScenario(
            [ScriptedTransport.refusal(400, "ExpiredToken"), ScriptedTransport.job], attempts: 1, credentials: both)
        _ = try await scenario.lookUp().get()
        #expect(
            scenario.transport.requests.map { $0.value(of: "amz-sdk-request") } == [
                "attempt=1; max=1", "attempt=2; max=2",
            ])
    }

    @Test func keepsTheFreshCredentialsForLaterAttempts() async throws {
        let scenario = try ClientScenario(
            [
                ScriptedTransport.refusal(400, "ExpiredToken"), ScriptedTransport.failure(.closedEarly),
                ScriptedTransport.job,
            ], credentials: both)
        _ = try await scenario.lookUp().get()
        #expect(
            scenario.transport.requests.map { $0.value(of: "x-amz-security-token") } == [
                "token-old", "token-new", "token-new",
            ])
    }

    @Test func doesNotAskAgainWithTheSameCredentials() async throws {
        let scenario = try ClientScenario([ScriptedTransport.refusal(403, "InvalidClientTokenId")])
        guard case .credentialsRejected = await scenario.lookUp().error else { return #expect(Bool(false)) }
        #expect(scenario.credentials.refreshes == 1)
        #expect(scenario.transport.requests.count == 1)
    }

    @Test func passesOnAWSsRefusalWhereThereIsNothingElseToSignWith() async throws {
        let scenario = try ClientScenario(
            [ScriptedTransport.refusal(400, "ExpiredToken")],
            credentials: [.success(RotatingCredentials.old), .failure(RotatingCredentials.gone)])
        guard case .credentialsRejected = await scenario.lookUp().error else { return #expect(Bool(false)) }
    }

    @Test func doesNotAskWithoutCredentials() async throws {
        let scenario = try ClientScenario([], credentials: [.failure(RotatingCredentials.gone)])
        #expect(await scenario.lookUp().error == .credentialsUnavailable(RotatingCredentials.gone))
        #expect(scenario.outcomes.all == ["credentialsUnavailable"])
    }
}
