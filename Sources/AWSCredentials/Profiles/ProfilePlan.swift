package import SigV4

/// How a profile's credentials are had: from a base, and through roles that are assumed one after the other.
package struct ProfilePlan: Sendable, Equatable {
    /// Where the first credentials come from.
    package enum Base: Sendable, Equatable {
        /// Keys that stand in the profile.
        case staticKeys(Credentials)
        /// A role for the bearer of a token in a file.
        case webIdentity(WebIdentity)
        /// A role of a user of IAM Identity Center.
        case sso(SSOSettings)
        /// A program that writes them.
        case process(CredentialProcess)
        /// The source that `credential_source` names.
        case named(NamedSource)
    }

    /// Who yields the first credentials: the profile's own where ``roles`` is empty, else those that ask for the first.
    package let base: Base
    /// In the order in which they are assumed: the last one is the profile's own.
    package let roles: [Role]

    /// Follows `source_profile` from the profile of this name, in which a role comes before keys; in the profiles that
    /// it leads to it is the other way round. A profile that names itself means its own keys.
    ///
    /// Throws `malformedProfile` and `incompleteProfile`.
    package init(for name: String, in configuration: SharedConfiguration) throws(CredentialsError) {
        var profile = try Profile(name, in: configuration, referrer: nil)
        var roles: [Role] = []
        var visited: Set = [name]
        while profile.source == .assumedRole, visited.count == 1 || !profile.hasStaticKeys {
            roles.append(try profile.role())
            switch try profile.roleSource() {
            case .named(let source):
                self.init(.named(source), roles)
                return
            case .profile(profile.name) where profile.hasStaticKeys:
                self.init(.staticKeys(try profile.staticKeys()), roles)
                return
            case .profile(let next):
                guard visited.insert(next).inserted else { throw .malformedProfile(next, .loop) }
                profile = try Profile(next, in: configuration, referrer: profile.name)
            }
        }
        self.init(try profile.base(isFirst: visited.count == 1), roles)
    }

    /// `roles` as they are met, the profile's own first.
    private init(_ base: Base, _ roles: [Role]) {
        self.base = base
        self.roles = roles.reversed()
    }
}

/// The kinds of source that a profile can take its credentials from.
enum ProfileSourceKind: Equatable {
    case webIdentity
    case assumedRole
    case sso
    /// At the console, by `aws login`.
    case login
    case process
    case staticKeys

    /// The source that the profile names, or nil where it names none. Where there are several the first in this order
    /// counts, static keys late: who adds a role to a profile wants the role's permissions. Who asks for a role that is
    /// not named is a role too, of which half is missing.
    init?(of profile: Section) {
        let sources: [(source: ProfileSourceKind, keys: [String])] = [
            (.webIdentity, ["web_identity_token_file"]),
            (.assumedRole, ["role_arn"]),
            (.sso, ["sso_session", "sso_start_url", "sso_account_id", "sso_role_name"]),
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

/// How a profile describes a source of credentials that cannot be, or not the whole of one.
public enum ProfileError: Error, Sendable, Equatable {
    /// Another key, or the kind of source, needs this one.
    case missing(key: String)
    /// `role_arn` stands without any of the keys that say who asks for the role.
    case roleWithoutSource
    /// Only one of them can say who asks for the role.
    case twoSources
    /// `credential_source` is none of ``NamedSource``.
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

extension ProfileError: CustomStringConvertible {
    /// The predicate of a sentence whose subject is the profile.
    public var description: String {
        switch self {
        case .missing(let key): "has no \(key)"
        case .roleWithoutSource:
            "has a role_arn, but neither source_profile nor credential_source nor web_identity_token_file"
        case .twoSources: "has both source_profile and credential_source"
        case .unknownSource:
            "has a credential_source that is none of "
                + NamedSource.allCases.map(\.rawValue).joined(separator: ", ")
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
