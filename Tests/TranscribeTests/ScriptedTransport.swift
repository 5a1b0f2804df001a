import Curl
import Synchronization
import Testing

@testable import Transcribe

/// Answers one request after the other from a script and keeps what it was asked.
final class ScriptedTransport: Transport {
    typealias Step = @Sendable (CurlRequest) -> Result<CurlResponse, CurlError>

    private let state: Mutex<(steps: [Step], requests: [CurlRequest])>

    init(_ steps: [Step]) {
        state = Mutex((steps, []))
    }

    var requests: [CurlRequest] { state.withLock { $0.requests } }

    func perform(
        _ request: CurlRequest, deadline: ContinuousClock.Instant
    ) async throws(CurlError) -> CurlResponse {
        let step: Step? = state.withLock { state in
            state.requests.append(request)
            return state.steps.isEmpty ? nil : state.steps.removeFirst()
        }
        guard let step else {
            Issue.record("a request that the script does not know")
            throw .shutDown
        }
        return try step(request).get()
    }

    /// An answer with AWS's usual headers.
    static func answer(
        _ status: Int, _ body: String, headers: [(name: String, value: String)] = []
    ) -> Step {
        let fields = [(name: "x-amzn-RequestId", value: "4f1b-22")] + headers
        return { _ in
            .success(CurlResponse(status: status, headers: CurlHeaders(fields), body: Array(body.utf8)))
        }
    }

    /// An error of AWS's.
    static func refusal(_ status: Int, _ code: String, headers: [(name: String, value: String)] = []) -> Step {
        answer(status, #"{"__type":"\#(code)","Message":"text of AWS"}"#, headers: headers)
    }

    static func failure(_ error: CurlError) -> Step {
        { _ in .failure(error) }
    }

    /// The job that the tests ask for.
    static let job = answer(200, jobBody)

    static let jobBody =
        #"{"MedicalTranscriptionJob":{"MedicalTranscriptionJobName":"visit-1","TranscriptionJobStatus":"QUEUED"}}"#
}
