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
        case singleSignOn(SignOnSettings)
        /// A program that writes them.
        case process(CredentialProcess)
        /// The source that `credential_source` names.
        case named(CredentialSource)
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
