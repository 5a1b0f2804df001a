import Curl
import UpstreamTestSupport

extension ScriptedTransport {
    /// A response with AWS's usual headers.
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
