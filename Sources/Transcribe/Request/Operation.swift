import AWSEndpoints
import Curl
import Formats
import SigV4

/// The operation `GetMedicalTranscriptionJob` at one endpoint. It makes the signed requests.
struct JobOperation: Sendable {
    private let endpoint: Endpoint
    private let signer: Signer

    init(at endpoint: Endpoint) {
        self.endpoint = endpoint
        signer = Signer(region: endpoint.region.name, service: "transcribe")
    }

    /// The request for the call's current attempt. `attempts` is the most that the retry policy allows.
    func request(
        for call: Call, of attempts: Int, with credentials: Credentials, at time: Timestamp
    ) -> CurlRequest {
        let body = Self.body(for: call.name)
        let signing = SigningRequest(
            method: "POST", headers: Self.headers + [(name: "Host", value: endpoint.host)], body: body)
        let signed = signer.headers(for: signing, credentials: credentials, at: time)
        return CurlRequest(
            method: "POST", url: endpoint.url + "/",
            headers: Self.headers + signed + Self.attemptHeaders(of: call, attempts: attempts), body: body)
    }

    /// A name needs no escaping in JSON: see ``JobName``.
    private static func body(for name: JobName) -> [UInt8] {
        Array(#"{"MedicalTranscriptionJobName":"\#(name.text)"}"#.utf8)
    }

    /// Headers for AWS's logs, not signed, as in the AWS SDKs. Replaced credentials or a corrected clock can add an
    /// attempt to those of the policy.
    private static func attemptHeaders(of call: Call, attempts: Int) -> [(name: String, value: String)] {
        [
            ("amz-sdk-invocation-id", call.invocationID),
            ("amz-sdk-request", "attempt=\(call.attempts); max=\(max(attempts, call.attempts))"),
        ]
    }

    private static let headers = [
        (name: "Content-Type", value: "application/x-amz-json-1.1"),
        (name: "X-Amz-Target", value: "Transcribe.GetMedicalTranscriptionJob"),
    ]
}
