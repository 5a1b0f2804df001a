import Formats
import FoundationEssentials
import SigV4

/// The JSON in which the metadata services of EC2, ECS and EKS give a role's credentials ("Retrieve security credentials
/// from instance metadata" in the Amazon EC2 User Guide).
struct CredentialsDocument {
    let credentials: Credentials

    /// Throws `reported` for a document that reports an error, `malformed` for one that is not complete.
    init(_ body: [UInt8]) throws(CredentialsEndpointError) {
        guard let members = try? JSONDecoder().decode(Members.self, from: Data(body)) else { throw .malformed }
        if let code = members.Code, code != "Success" {
            throw code.isName(maximumLength: 100) ? .reported(code: code) : .malformed
        }
        guard let accessKeyID = members.AccessKeyId, let secretAccessKey = members.SecretAccessKey,
            let token = members.Token, let expiration = members.Expiration.flatMap(Timestamp.init(iso8601:))
        else { throw .malformed }
        credentials = Credentials(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: token, expiration: expiration)
    }

    private struct Members: Decodable {
        let Code: String?
        let AccessKeyId: String?
        let SecretAccessKey: String?
        let Token: String?
        let Expiration: String?
    }
}
