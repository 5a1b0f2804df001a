import Curl
import Formats
import SigV4
import TestSupport
import Testing
import UpstreamTestSupport

@testable import Transcribe

@Suite struct TranscribeClientTests {
    @Test func asksOnceAndReadsTheJob() async throws {
        let scenario = try ClientScenario([ScriptedTransport.job])
        let answer = try await scenario.lookUp().get()
        #expect(answer.job.name == "visit-1")
        #expect(answer.job.status == .queued)
        #expect(answer.requestID == "4f1b-22")
        #expect(scenario.outcomes.all == ["succeeded"])
        #expect(scenario.time.sleeps.isEmpty)
    }

    @Test func sendsWhatAWSDocuments() async throws {
        let scenario = try ClientScenario([ScriptedTransport.job])
        _ = try await scenario.lookUp().get()
        let request = try #require(scenario.transport.requests.first)
        #expect(request.method == "POST")
        #expect(request.url == "https://transcribe.eu-west-1.amazonaws.com/")
        #expect(String(decoding: request.body, as: UTF8.self) == #"{"MedicalTranscriptionJobName":"visit-1"}"#)
        #expect(request.values(of: "content-type") == ["application/x-amz-json-1.1"])
        #expect(request.values(of: "x-amz-target") == ["Transcribe.GetMedicalTranscriptionJob"])
        #expect(request.values(of: "x-amz-security-token") == ["token-old"])
        #expect(request.values(of: "amz-sdk-request") == ["attempt=1; max=3"])
        #expect(request.value(of: "accept-encoding") == nil)
        let id = try #require(request.value(of: "amz-sdk-invocation-id"))
        #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
    }

    @Test func signsWhatItSends() async throws {
        let scenario = try ClientScenario([ScriptedTransport.job])
        _ = try await scenario.lookUp().get()
        let request = try #require(scenario.transport.requests.first)
        let authorization = try #require(request.value(of: "authorization"))
        #expect(authorization.contains("Credential=AKIDOLD/20261124/eu-west-1/transcribe/aws4_request"))
        #expect(
            authorization.contains(
                "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target"))
        #expect(request.value(of: "x-amz-date") == "20261124T060845Z")
        try verify(request, against: RotatingCredentials.old, at: Timestamp.wallStart)
    }

    @Test func signsEveryAttemptAnewUnderOneInvocationID() async throws {
        let scenario = try ClientScenario([
            ScriptedTransport.refusal(400, "ThrottlingException"), ScriptedTransport.refusal(500, "InternalFailure"),
            ScriptedTransport.job,
        ])
        _ = try await scenario.lookUp().get()
        let requests = scenario.transport.requests
        #expect(requests.map { $0.value(of: "amz-sdk-request") } == [1, 2, 3].map { "attempt=\($0); max=3" })
        #expect(requests.map { $0.value(of: "x-amz-date") } == [45, 46, 46].map { "20261124T0608\($0)Z" })
        #expect(Set(requests.map { $0.value(of: "amz-sdk-invocation-id") }).count == 1)
        #expect(Set(requests.map(\.body)).count == 1)
        for request in requests {
            try verify(request, against: RotatingCredentials.old, at: Timestamp.wallStart)
        }
    }

    @Test func givesEveryCallAnInvocationIDOfItsOwn() async throws {
        let scenario = try ClientScenario([ScriptedTransport.job, ScriptedTransport.job])
        _ = try await scenario.lookUp().get()
        _ = try await scenario.lookUp().get()
        #expect(Set(scenario.transport.requests.map { $0.value(of: "amz-sdk-invocation-id") }).count == 2)
    }

    private func verify(_ request: CurlRequest, against credentials: Credentials, at time: Timestamp) throws {
        let received = SigningRequest(
            method: request.method, headers: request.headers + [("Host", "transcribe.eu-west-1.amazonaws.com")],
            body: request.body)
        try Verifier(region: "eu-west-1", service: "transcribe").verify(received, known: [credentials], at: time)
    }
}
