package import SigV4

/// How a profile's credentials are obtained: from a base, and through roles that are assumed one after the other.
package struct ProfilePlan: Sendable, Equatable {
    /// Where the first credentials come from.
    package enum Base: Sendable, Equatable {
        /// Keys in the profile.
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

    /// The source of the first credentials: the profile's own where ``roles`` is empty, otherwise those that the first
    /// role is assumed with.
    package let base: Base
    /// In the order in which they are assumed: the last one is the profile's own.
    package let roles: [Role]

    /// Follows `source_profile` from the profile of this name. In this profile a role comes before static keys, in the
    /// profiles that it leads to keys come before a role. A profile that names itself means its own keys.
    ///
    /// Throws `malformedProfile` and `incompleteProfile`.
    package init(for name: String, in configuration: SharedConfiguration) throws(CredentialsError) {
        var profile = try Profile(name, in: configuration, referrer: nil)
        var roles: [Role] = []
        var visited: Set = [name]
        while profile.sourceKind == .assumedRole, visited.count == 1 || !profile.hasStaticKeys {
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

    /// `roles` in the order in which they were found, the profile's own first.
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
    /// The console, by `aws login`.
    case login
    case process
    case staticKeys

    /// The source that the profile names, or nil where it names none. Of several, the first in this order counts. Static
    /// keys come late, because a role that was added to a profile is there for its permissions. A source for a role that
    /// is not named counts as an incomplete role, and an SSO session without an account, which other tools use for its
    /// token, as an incomplete SSO session.
    init?(of profile: Section) {
        let kinds: [(kind: ProfileSourceKind, keys: [String])] = [
            (.webIdentity, ["web_identity_token_file"]),
            (.assumedRole, ["role_arn"]),
            (.sso, ["sso_account_id", "sso_role_name"]),
            (.login, ["login_session"]),
            (.process, ["credential_process"]),
            (.staticKeys, ["aws_access_key_id", "aws_secret_access_key"]),
            (.assumedRole, ["source_profile", "credential_source"]),
            (.sso, ["sso_session", "sso_start_url"]),
        ]
        guard let named = kinds.first(where: { $0.keys.contains { profile.value(of: $0) != nil } }) else { return nil }
        self = named.kind
    }
}

/// Why a profile describes an impossible or incomplete source of credentials.
public enum ProfileError: Error, Sendable, Equatable {
    /// Another key, or the kind of source, needs this one.
    case missing(key: String)
    /// `role_arn` stands without any of the keys that name a source for the request.
    case roleWithoutSource
    /// `source_profile` and `credential_source` exclude each other.
    case twoSources
    /// `credential_source` is none of ``NamedSource``.
    case unknownSource
    /// `source_profile` names a profile that no file defines.
    case unknownSourceProfile(String)
    /// `source_profile` leads to this profile, which has no credentials.
    case noSource
    /// `source_profile` leads back to this profile.
    case loop
    /// The credentials are those of a login at the console (`login_session` in this line), which ends after hours.
    case needsLogin(profile: String, FileLine?)
    /// The role needs a code from a device (`mfa_serial`), which a server cannot enter.
    case needsMFACode
    /// `duration_seconds` is not a number of seconds that AWS allows.
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
        case .needsLogin(let profile, let line):
            "needs a login at the console (login_session\(line.map { " in \($0)" } ?? "")), which a server cannot do; give "
                + "the gateway a profile with credential_process = aws configure export-credentials --profile \(profile), "
                + "or remove login_session so that other keys of the profile count"
        case .needsMFACode: "needs a code from an MFA device (mfa_serial), which a server cannot enter"
        case .malformedDuration: "has a duration_seconds that is not a number from 900 to 43200"
        case .malformedCommand: "has a credential_process with an open quotation or a backslash at its end"
        case .unknownSession(let name): "names the sso_session '\(name)', which no file defines"
        case .contradictsSession(let key): "has another \(key) than its sso-session section"
        }
    }
}
