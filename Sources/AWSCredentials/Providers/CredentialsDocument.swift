import Formats
import FoundationEssentials
import SigV4

/// The JSON in which the metadata services of EC2, ECS and EKS give a role's credentials ("Retrieve security credentials
/// from instance metadata" in the Amazon EC2 User Guide).
struct CredentialsDocument {
    let credentials: Credentials

    /// Throws `reported` for a document that reports an error, `malformed` for what is no document, and
    /// `incomplete` for one without a member.
    init(_ body: [UInt8]) throws(CredentialsEndpointError) {
        guard let members = try? JSONDecoder().decode(Members.self, from: Data(body)) else { throw .malformed }
        if let code = members.Code, code != "Success" {
            throw code.isName(maximumLength: 100) ? .reported(code: code) : .malformed
        }
        guard let expiration = Timestamp(iso8601: try Self.text(of: members.Expiration, "Expiration"))
        else { throw .incomplete(member: "Expiration") }
        credentials = Credentials(
            accessKeyID: try Self.text(of: members.AccessKeyId, "AccessKeyId"),
            secretAccessKey: try Self.text(of: members.SecretAccessKey, "SecretAccessKey"),
            sessionToken: try Self.text(of: members.Token, "Token"), expiration: expiration)
    }

    private static func text(of value: String?, _ member: String) throws(CredentialsEndpointError) -> String {
        guard let value, !value.isEmpty else { throw .incomplete(member: member) }
        return value
    }

    private struct Members: Decodable {
        let Code: String?
        let AccessKeyId: String?
        let SecretAccessKey: String?
        let Token: String?
        let Expiration: String?
    }
}
