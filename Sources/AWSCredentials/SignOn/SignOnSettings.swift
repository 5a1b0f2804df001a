import Crypto
import SigV4

/// Which role of which account a profile takes from IAM Identity Center, and where the sign-in is kept ("IAM Identity
/// Center credential provider" in the AWS SDKs and Tools Reference Guide).
package struct SignOnSettings: Sendable, Equatable {
    /// The profile's name, for errors.
    package let profile: String
    /// Nil for a profile of the older kind, whose sign-in cannot be prolonged.
    package let session: String?
    /// `sso_region`: where the portal is, which need not be where jobs are.
    package let region: String
    /// `sso_start_url`: which portal the sign-in is for.
    package let startURL: String
    /// `sso_account_id`: 12 digits, the account that has the role.
    package let accountID: String
    /// `sso_role_name`: the name that the portal knows the role by.
    package let roleName: String

    /// What the profile and its `sso-session` section say; nothing is checked here.
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
