import Curl
import TestSupport
import Testing
import UpstreamTestSupport

@testable import Transcribe

/// The error for each kind of response that is not retried, after one request.
@Suite struct JobResponseTests {
    @Test(arguments: [
        (400, "NotFoundException"), (404, "NotFoundException"),
    ])
    func saysThatThereIsNoSuchJob(status: Int, code: String) async throws {
        let error = try await onlyError(ScriptedTransport.refusal(status, code))
        #expect(error == .jobNotFound(origin(status, code)))
        #expect(error.awsRequestID == "4f1b-22")
    }

    @Test(
        arguments: [
            ("The requested job couldn't be found.", TranscribeError.jobNotFound),
            ("1 validation error detected: Value 'x'", TranscribeError.invalidRequest),
            ("Something else", TranscribeError.badRequest),
        ] as [(String, @Sendable (ResponseOrigin) -> TranscribeError)])
    func readsABadRequest(message: String, error: @Sendable (ResponseOrigin) -> TranscribeError) async throws {
        let body = #"{"__type":"BadRequestException","Message":"\#(message)"}"#
        #expect(try await onlyError(ScriptedTransport.answer(400, body)) == error(origin(400, "BadRequestException")))
    }

    @Test(arguments: [(403, "AccessDeniedException"), (400, "AccessDeniedException"), (403, "Unheard")])
    func saysThatAccessIsDenied(status: Int, code: String) async throws {
        let error = try await onlyError(ScriptedTransport.refusal(status, code))
        #expect(error == .accessDenied(origin(status, code)))
    }

    @Test(arguments: [(400, "SerializationException"), (501, "Unheard"), (404, "UnknownOperationException")])
    func saysThatAWSFailedForGood(status: Int, code: String) async throws {
        let error = try await onlyError(ScriptedTransport.refusal(status, code))
        #expect(error == .upstreamFailed(origin(status, code)))
    }

    @Test(arguments: [
        ("", MalformedResponse.notAJob), ("<html></html>", .notAJob), ("[]", .notAJob), ("null", .notAJob),
        (#"{"MedicalTranscriptionJob":{"MedicalTranscriptionJobName":"visit-1""#, .notAJob),
        (#"{"MedicalTranscriptionJob":{"MedicalTranscriptionJobName":"visit-1","Type":1}}"#, .notAJob),
        (#"{"MedicalTranscriptionJob":"visit-1"}"#, .notAJob),
        ("{}", .withoutJob), (#"{"MedicalTranscriptionJob":null}"#, .withoutJob),
        (#"{"MedicalTranscriptionJob":{}}"#, .anotherJob),
        (#"{"MedicalTranscriptionJob":{"MedicalTranscriptionJobName":"visit-2"}}"#, .anotherJob),
        (#"{"MedicalTranscriptionJob":{"MedicalTranscriptionJobName":"Visit-1"}}"#, .anotherJob),
        (String(repeating: #"{"a":"#, count: 100_000), .notAJob),
    ])
    func refusesASuccessThatIsNotTheJob(body: String, problem: MalformedResponse) async throws {
        let error = try await onlyError(ScriptedTransport.answer(200, body))
        #expect(error == .malformedResponse(problem, ResponseOrigin(status: 200, requestID: "4f1b-22")))
    }

    @Test func comparesTheNameByItsBytes() throws {
        let name = try JobName("K")
        let body = #"{"MedicalTranscriptionJob":{"MedicalTranscriptionJobName":"\u212A"}}"#
        #expect(throws: MalformedResponse.anotherJob) { try JobResponse.job(in: Array(body.utf8), for: name) }
    }

    @Test(arguments: [300, 301, 302, 304, 307, 308])
    func followsNoRedirect(status: Int) async throws {
        let step = ScriptedTransport.answer(status, "", headers: [("Location", "http://169.254.169.254/")])
        let error = try await onlyError(step)
        #expect(error == .malformedResponse(.redirect, ResponseOrigin(status: status, requestID: "4f1b-22")))
    }

    @Test func ignoresMembersItDoesNotKnow() async throws {
        let body = #"{"MedicalTranscriptionJob":{"MedicalTranscriptionJobName":"visit-1","X":{"y":[]}},"Z":1}"#
        let scenario = try ClientScenario([ScriptedTransport.answer(200, body)])
        #expect(try await scenario.lookUp().get().job.name == "visit-1")
    }

    @Test(arguments: [
        (CurlError.responseTooLarge(limit: 9), TranscribeError.malformedResponse(.tooLarge, nil)),
        (.malformedResponse, .malformedResponse(.notPlainHTTP, nil)),
        (.tlsFailed(.expiredCertificate), .unreachable(.tlsFailed(.expiredCertificate))),
        (.tlsFailed(.wrongHost), .unreachable(.tlsFailed(.wrongHost))),
        (.malformedRequest(.headerValue), .unreachable(.malformedRequest(.headerValue))),
        (.cancelled, .cancelled), (.shutDown, .unreachable(.shutDown)),
    ])
    func saysWhatTheTransportMet(failure: CurlError, error: TranscribeError) async throws {
        #expect(try await onlyError(ScriptedTransport.failure(failure)) == error)
    }

    /// No text of AWS's is in an error, however it is printed.
    @Test func repeatsNothingThatAWSWrote() async throws {
        for code in ["NotFoundException", "BadRequestException", "AccessDeniedException", "Unheard"] {
            let error = try await onlyError(ScriptedTransport.refusal(400, code))
            #expect(!String(reflecting: error).contains("text of AWS"))
        }
    }

    /// The error of a call that must not be retried.
    private func onlyError(_ step: @escaping ScriptedTransport.Step) async throws -> TranscribeError {
        let scenario = try ClientScenario([step])
        let error = try #require(await scenario.lookUp().error)
        #expect(scenario.transport.requests.count == 1)
        #expect(scenario.time.sleeps.isEmpty)
        return error
    }

    private func origin(_ status: Int, _ code: String) -> ResponseOrigin {
        ResponseOrigin(status: status, code: ErrorCode(wire: code), requestID: "4f1b-22")
    }
}
