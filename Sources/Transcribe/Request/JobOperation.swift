import AWSEndpoints
import Curl
import Formats
import SigV4

/// The operation `GetMedicalTranscriptionJob` at one endpoint: makes its signed requests.
struct JobOperation: Sendable {
    private let endpoint: Endpoint
    private let signer: Signer

    init(at endpoint: Endpoint) {
        self.endpoint = endpoint
        signer = Signer(region: endpoint.region.name, service: "transcribe")
    }

    /// The request for the call's attempt, one of `attempts` that its failures may need.
    func request(
        for call: Call, of attempts: Int, with credentials: Credentials, at time: Timestamp
    ) -> CurlRequest {
        let body = Self.body(for: call.name)
        let signing = SigningRequest(
            method: "POST", headers: Self.headers + [(name: "Host", value: endpoint.host)], body: body)
        let signed = signer.headers(for: signing, credentials: credentials, at: time)
        return CurlRequest(
            method: "POST", url: endpoint.url + "/",
            headers: Self.headers + signed + Self.traces(of: call, attempts: attempts), body: body)
    }

    /// A name needs no escaping in JSON: see ``JobName``.
    private static func body(for name: JobName) -> [UInt8] {
        Array(#"{"MedicalTranscriptionJobName":"\#(name.text)"}"#.utf8)
    }

    /// Not signed, as in the AWS SDKs. A fresh key or a corrected clock can add an attempt to those that were planned.
    private static func traces(of call: Call, attempts: Int) -> [(name: String, value: String)] {
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
