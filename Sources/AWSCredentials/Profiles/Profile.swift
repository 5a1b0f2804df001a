import SigV4

/// One profile of the shared files and the sections beside it.
struct Profile {
    let name: String
    let section: Section
    let configuration: SharedConfiguration

    /// Throws `unknownSourceProfile` of the profile that refers to it, or where there is none `unknownProfile`.
    init(_ name: String, in configuration: SharedConfiguration, referrer: String?) throws(CredentialsError) {
        guard let section = configuration.sections[.profile(name)] else {
            guard let referrer else { throw .unknownProfile(name) }
            throw .malformedProfile(referrer, .unknownSourceProfile(name))
        }
        self.name = name
        self.section = section
        self.configuration = configuration
    }

    /// What it takes its credentials from; nil where it names no source.
    var source: ProfileSource? { ProfileSource(of: section) }

    /// The source itself, which is no assumed role. In a profile that others refer to keys come before everything else.
    func base(isFirst: Bool) throws(CredentialsError) -> ProfilePlan.Base {
        if !isFirst, hasStaticKeys { return .staticKeys(try staticKeys()) }
        switch source {
        case .staticKeys: return .staticKeys(try staticKeys())
        case .webIdentity: return .webIdentity(try webIdentity())
        case .singleSignOn: return .singleSignOn(try signOnSettings())
        case .process: return .process(try process())
        case .login: throw .malformedProfile(name, .needsLogin)
        case .assumedRole, nil: throw .malformedProfile(name, .noSource)
        }
    }

    /// Throws `missing`.
    func needed(_ key: String) throws(CredentialsError) -> String {
        guard let value = section.value(of: key) else { throw .malformedProfile(name, .missing(key: key)) }
        return value
    }
}

// MARK: - Static keys

extension Profile {
    var hasStaticKeys: Bool {
        section.value(of: "aws_access_key_id") != nil && section.value(of: "aws_secret_access_key") != nil
    }

    /// Throws `incompleteProfile`.
    func staticKeys() throws(CredentialsError) -> Credentials {
        guard let accessKeyID = section.value(of: "aws_access_key_id")
        else { throw .incompleteProfile(name, missing: "aws_access_key_id") }
        guard let secretAccessKey = section.value(of: "aws_secret_access_key")
        else { throw .incompleteProfile(name, missing: "aws_secret_access_key") }
        return Credentials(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey,
            sessionToken: section.value(of: "aws_session_token"), expiration: nil,
            accountID: section.value(of: "aws_account_id"))
    }
}

// MARK: - Programs

extension Profile {
    private func process() throws(CredentialsError) -> CredentialProcess {
        guard let words = ShellWords(try needed("credential_process"))?.words, let program = words.first
        else { throw .malformedProfile(name, .malformedCommand) }
        return CredentialProcess(
            profile: name, program: program, arguments: Array(words.dropFirst()),
            accountID: section.value(of: "aws_account_id"))
    }
}
