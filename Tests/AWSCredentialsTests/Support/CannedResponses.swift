import Curl
import Synchronization
import UpstreamTestSupport

extension ScriptedTransport {
    /// Gives one response after the other, and repeats the last one.
    convenience init(_ responses: Result<CurlResponse, CurlError>...) {
        let position = Atomic(0)
        self.init { _ throws(CurlError) in
            let next = position.wrappingAdd(1, ordering: .relaxed).oldValue
            return try responses[min(next, responses.count - 1)].get()
        }
    }
}

extension CurlResponse {
    static func text(_ text: String, status: Int = 200) -> CurlResponse {
        CurlResponse(status: status, body: Array(text.utf8))
    }

    /// The response of AWS STS to a request for a role.
    static func role(_ action: String = "AssumeRole", account: String = "123456789012") -> CurlResponse {
        .text(
            """
            <\(action)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
              <\(action)Result>
                <AssumedRoleUser><Arn>arn:aws:sts::\(account):assumed-role/r/s</Arn></AssumedRoleUser>
                <Credentials>
                  <AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>ROLEHUSH</SecretAccessKey>
                  <SessionToken>ROLETOKEN</SessionToken><Expiration>2026-11-24T13:00:00Z</Expiration>
                </Credentials>
              </\(action)Result>
            </\(action)Response>
            """)
    }

    /// An error response of AWS STS.
    static func refusal(_ code: String, status: Int) -> CurlResponse {
        .text(
            "<ErrorResponse><Error><Code>\(code)</Code><Message>HUSH</Message></Error></ErrorResponse>", status: status)
    }
}

extension CurlRequest {
    /// The fields of a form in the body.
    var form: [String: String] {
        let pairs = String(decoding: body, as: UTF8.self).split(separator: "&").map { $0.split(separator: "=") }
        return Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), String($0[1])) })
    }

    subscript(name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
}
