import Curl
import Expat
import SigV4

/// What an answer of AWS STS says.
enum RoleAnswer {
    case credentials(Credentials)
    case refusal(RoleRefusal)
    /// It is not one that STS gives, or says that STS fails.
    case fault(EndpointFault)

    init(_ response: CurlResponse, to action: String) {
        let document = try? XMLElement.root(of: response.body)
        if response.status == 200 {
            let credentials = document?["\(action)Result"].flatMap(Credentials.init(ofRole:))
            self = credentials.map(Self.credentials) ?? .fault(.malformed)
        } else {
            let code = response.isOverload ? nil : document?.errorCode
            self = code.flatMap(RoleRefusal.init(code:)).map(Self.refusal) ?? .fault(.status(response.status))
        }
    }
}

extension CurlResponse {
    /// Whether AWS STS may well answer the same request otherwise a moment later.
    var isTransientRefusal: Bool {
        guard !isOverload, case .refusal(let refusal) = RoleAnswer(self, to: "") else { return isOverload }
        return refusal.isTransient
    }
}

extension Credentials {
    /// Nil where a part is missing.
    fileprivate init?(ofRole result: XMLElement) {
        guard let keys = result["Credentials"], let accessKeyID = keys.text(at: "AccessKeyId"),
            let secretAccessKey = keys.text(at: "SecretAccessKey"), let token = keys.text(at: "SessionToken"),
            let expiration = keys.text(at: "Expiration").flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        self.init(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: token, expiration: expiration,
            accountID: result.text(at: "AssumedRoleUser", "Arn").flatMap(Self.accountID(inARN:)))
    }

    /// The fifth part of `arn:aws:sts::123456789012:assumed-role/name/session`.
    private static func accountID(inARN arn: String) -> String? {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count > 5 && !parts[4].isEmpty ? String(parts[4]) : nil
    }
}
