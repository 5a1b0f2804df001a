import AWSEndpoints
import Curl
import Formats
import SigV4

/// One operation of Amazon Transcribe with its input (Smithy, "AWS JSON 1.1 protocol"). The client that makes the call, its
/// retries and its quota are the same for all.
struct Operation<Output: Sendable>: Sendable {
    /// The operation and the version of the protocol, as `X-Amz-Target` names them: `Transcribe.` and the operation's name.
    let target: String
    /// The input, a JSON object.
    let body: [UInt8]
    /// Whether the request may be sent again after one that may have arrived and got no response.
    let isSafeToRetry: Bool
    /// Reads the body of a response of success.
    let decode: @Sendable (_ body: [UInt8]) throws(MalformedResponse) -> Output
}

extension Operation {
    /// Reads the response to a request for the operation.
    func output(of response: CurlResponse) throws(AttemptError) -> Output {
        let origin = response.origin
        switch response.status {
        case 200..<300: break
        case 400...: throw .service(ServiceError(response))
        default: throw .malformed(.redirect, origin)
        }
        do throws(MalformedResponse) {
            return try decode(response.body)
        } catch {
            throw .malformed(error, origin)
        }
    }
}

extension Operation<Job> {
    /// `GetMedicalTranscriptionJob`. A name needs no escaping in JSON: see ``JobName``.
    static func job(named name: JobName) -> Self {
        Self(
            target: "Transcribe.GetMedicalTranscriptionJob",
            body: Array(#"{"MedicalTranscriptionJobName":"\#(name.text)"}"#.utf8), isSafeToRetry: true
        ) { body throws(MalformedResponse) in try JobResponse.job(in: body, for: name) }
    }
}

/// Makes the signed requests for operations at one endpoint.
struct RequestBuilder: Sendable {
    private let endpoint: Endpoint
    private let signer: Signer

    init(at endpoint: Endpoint) {
        self.endpoint = endpoint
        signer = Signer(region: endpoint.region.name, service: "transcribe")
    }

    /// The request for the call's current attempt. `attempts` is the most that the retry policy allows.
    func request<Output>(
        for operation: Operation<Output>, in call: Call, of attempts: Int, with credentials: Credentials,
        at time: Timestamp
    ) -> CurlRequest {
        let headers = [
            (name: "Content-Type", value: "application/x-amz-json-1.1"),
            (name: "X-Amz-Target", value: operation.target),
        ]
        let signing = SigningRequest(
            method: "POST", headers: headers + [(name: "Host", value: endpoint.host)], body: operation.body)
        let signed = signer.headers(for: signing, credentials: credentials, at: time)
        return CurlRequest(
            method: "POST", url: endpoint.url + "/",
            headers: headers + signed + Self.attemptHeaders(of: call, attempts: attempts), body: operation.body)
    }

    /// Headers for AWS's logs, not signed, as in the AWS SDKs. Replaced credentials or a corrected clock can add an
    /// attempt to those of the policy.
    private static func attemptHeaders(of call: Call, attempts: Int) -> [(name: String, value: String)] {
        [
            ("amz-sdk-invocation-id", call.invocationID),
            ("amz-sdk-request", "attempt=\(call.attempts); max=\(max(attempts, call.attempts))"),
        ]
    }
}
