import Crypto
import SigV4

/// Which role of which account a profile takes from IAM Identity Center, and where the sign-in is kept ("IAM Identity
/// Center credential provider" in the AWS SDKs and Tools Reference Guide).
package struct SignOnSettings: Sendable, Equatable {
    package let profile: String
    /// Nil for a profile of the older kind, whose sign-in cannot be prolonged.
    package let session: String?
    package let region: String
    package let startURL: String
    package let accountID: String
    package let roleName: String

    package init(
        profile: String, session: String?, region: String, startURL: String, accountID: String, roleName: String
    ) {
        self.profile = profile
        self.session = session
        self.region = region
        self.startURL = startURL
        self.accountID = accountID
        self.roleName = roleName
    }

    /// Where `aws sso login` puts the token, below the home directory.
    func tokenFile(home: String) -> String {
        let key = Insecure.SHA1.hash(data: Array((session ?? startURL).utf8))
        return "\(home)/.aws/sso/cache/\(String(hexadecimal: key)).json"
    }
}
