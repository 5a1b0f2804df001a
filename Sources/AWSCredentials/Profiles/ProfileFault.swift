/// How a profile describes a source of credentials that cannot be, or not the whole of one.
public enum ProfileFault: Error, Sendable, Equatable {
    /// Another key, or the kind of source, needs this one.
    case missing(key: String)
    /// `role_arn` stands without any of the keys that say who asks for the role.
    case roleWithoutSource
    /// Only one of them can say who asks for the role.
    case twoSources
    /// `credential_source` is none of ``CredentialSource``.
    case unknownSource
    /// `source_profile` names a profile that no file defines.
    case unknownSourceProfile(String)
    /// `source_profile` leads here and there are no credentials here.
    case noSource
    /// `source_profile` leads back here.
    case loop
    /// The credentials are those of a login at the console (`login_session`), which ends after hours.
    case needsLogin
    /// The role needs a code from a device (`mfa_serial`), and there is nobody to ask.
    case needsCode
    /// `duration_seconds` is no number of seconds that AWS could grant.
    case malformedDuration
    /// `credential_process` has a quotation mark or a backslash too many.
    case malformedCommand
    /// `sso_session` names a section that the config file does not have.
    case unknownSession(String)
    /// The profile and its `sso-session` section differ in this key.
    case contradictsSession(key: String)
}

extension ProfileFault: CustomStringConvertible {
    /// The predicate of a sentence whose subject is the profile.
    public var description: String {
        switch self {
        case .missing(let key): "has no \(key)"
        case .roleWithoutSource:
            "has a role_arn, but neither source_profile nor credential_source nor web_identity_token_file"
        case .twoSources: "has both source_profile and credential_source"
        case .unknownSource:
            "has a credential_source that is none of "
                + CredentialSource.allCases.map(\.rawValue).joined(separator: ", ")
        case .unknownSourceProfile(let name): "names the source_profile '\(name)', which no file defines"
        case .noSource: "is the source_profile of another one, but names no source of credentials"
        case .loop: "is its own source_profile, directly or through others"
        case .needsLogin: "needs a login at the console (login_session), for which nobody can be asked"
        case .needsCode: "needs a code from a device (mfa_serial), for which nobody can be asked"
        case .malformedDuration: "has a duration_seconds that is not a number from 900 to 43200"
        case .malformedCommand: "has a credential_process with an open quotation or a backslash at its end"
        case .unknownSession(let name): "names the sso_session '\(name)', which no file defines"
        case .contradictsSession(let key): "has another \(key) than its sso-session section"
        }
    }
}
