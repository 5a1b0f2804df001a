/// The kinds of source that a profile can take its credentials from.
enum ProfileSource: Equatable {
    case webIdentity
    case assumedRole
    case singleSignOn
    /// At the console, by `aws login`.
    case login
    case process
    case staticKeys

    /// The source that the profile names, or nil where it names none. Where there are several the first in this order
    /// counts, static keys late: who adds a role to a profile wants the role's permissions. Who asks for a role that is
    /// not named is a role too, of which half is missing.
    init?(of profile: Section) {
        let sources: [(source: ProfileSource, keys: [String])] = [
            (.webIdentity, ["web_identity_token_file"]),
            (.assumedRole, ["role_arn"]),
            (.singleSignOn, ["sso_session", "sso_start_url", "sso_account_id", "sso_role_name"]),
            (.login, ["login_session"]),
            (.process, ["credential_process"]),
            (.staticKeys, ["aws_access_key_id", "aws_secret_access_key"]),
            (.assumedRole, ["source_profile", "credential_source"]),
        ]
        guard let named = sources.first(where: { $0.keys.contains { profile.value(of: $0) != nil } })
        else { return nil }
        self = named.source
    }
}
