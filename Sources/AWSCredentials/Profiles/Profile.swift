import SigV4

/// One profile of the shared files and the sections beside it.
struct Profile {
    let name: String
    let section: Section
    let configuration: SharedConfiguration

    /// Throws `unknownSourceProfile` for the profile that refers to it, or without such a profile `unknownProfile`; and
    /// `ignoredSection`.
    init(_ name: String, in configuration: SharedConfiguration, referrer: String?) throws(CredentialsError) {
        guard let section = configuration.sections[.profile(name)] else {
            throw configuration.absence(
                of: name,
                else: referrer.map { .malformedProfile($0, .unknownSourceProfile(name)) } ?? .unknownProfile(name))
        }
        self.name = name
        self.section = section
        self.configuration = configuration
    }

    /// The kind of its source of credentials; nil where it names none.
    var sourceKind: ProfileSourceKind? { ProfileSourceKind(of: section) }

    /// The source of the first credentials, which is not an assumed role. In a profile that others refer to static keys
    /// come first.
    func base(isFirst: Bool) throws(CredentialsError) -> ProfilePlan.Base {
        if !isFirst, hasStaticKeys { return .staticKeys(try staticKeys()) }
        switch sourceKind {
        case .staticKeys: return .staticKeys(try staticKeys())
        case .webIdentity: return .webIdentity(try webIdentity())
        case .sso: return .sso(try ssoSettings())
        case .process: return .process(try process())
        case .login: throw .malformedProfile(name, .needsLogin(profile: name, section.line(of: "login_session")))
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
            sessionToken: section.value(of: "aws_session_token"), expiration: nil)
    }
}

// MARK: - Programs

extension Profile {
    private func process() throws(CredentialsError) -> CredentialProcess {
        guard let words = ShellWords(try needed("credential_process"))?.words, let program = words.first
        else { throw .malformedProfile(name, .malformedCommand) }
        return CredentialProcess(
            profile: name, program: program, arguments: Array(words.dropFirst()))
    }
}

extension Profile {
    /// The source of the credentials that sign the request for a profile's role.
    enum RoleSource {
        case profile(String)
        case named(NamedSource)
    }

    /// Throws `needsMFACode`, `malformedDuration` and `missing`.
    func role() throws(CredentialsError) -> Role {
        if section.value(of: "mfa_serial") != nil { throw .malformedProfile(name, .needsMFACode) }
        return Role(
            arn: try needed("role_arn"), sessionName: section.value(of: "role_session_name"),
            externalID: section.value(of: "external_id"), duration: try duration())
    }

    /// Throws `twoSources`, `unknownSource` and `roleWithoutSource`.
    func roleSource() throws(CredentialsError) -> RoleSource {
        switch (section.value(of: "source_profile"), section.value(of: "credential_source")) {
        case (let profile?, nil): return .profile(profile)
        case (nil, let text?):
            guard let source = NamedSource(rawValue: text) else { throw .malformedProfile(name, .unknownSource) }
            return .named(source)
        case (_?, _?): throw .malformedProfile(name, .twoSources)
        case (nil, nil): throw .malformedProfile(name, .roleWithoutSource)
        }
    }

    /// The role that is assumed with a token in a file, without other credentials.
    func webIdentity() throws(CredentialsError) -> WebIdentity {
        let role = Role(
            arn: try needed("role_arn"), sessionName: section.value(of: "role_session_name"), duration: try duration())
        return WebIdentity(role: role, tokenFile: try needed("web_identity_token_file"))
    }

    /// In seconds, in the range that AWS allows for any role (`DurationSeconds` of AssumeRole); a role may allow less.
    private func duration() throws(CredentialsError) -> Int? {
        guard let text = section.value(of: "duration_seconds") else { return nil }
        guard let seconds = Int(text), (900...43_200).contains(seconds)
        else { throw .malformedProfile(name, .malformedDuration) }
        return seconds
    }
}

extension Profile {
    /// A profile with `sso_session` has the rest in the section of that name; an older one has everything itself.
    ///
    /// Throws `missing`, `unknownSession` and `contradictsSession`.
    func ssoSettings() throws(CredentialsError) -> SSOSettings {
        guard let session = section.value(of: "sso_session") else {
            return try ssoSettings(region: try needed("sso_region"), startURL: try needed("sso_start_url"))
        }
        guard let shared = configuration.sections[SectionName(.ssoSession, session)]
        else { throw .malformedProfile(name, .unknownSession(session)) }
        return try ssoSettings(
            session: session, region: try value(of: "sso_region", in: shared),
            startURL: try value(of: "sso_start_url", in: shared))
    }

    /// The profile may repeat a value of the section.
    private func value(of key: String, in session: Section) throws(CredentialsError) -> String {
        guard let value = session.value(of: key) else { throw .malformedProfile(name, .missing(key: key)) }
        guard [nil, value].contains(section.value(of: key))
        else { throw .malformedProfile(name, .contradictsSession(key: key)) }
        return value
    }

    /// Requires an account and a role: without them the session gives a token only, and no credentials.
    private func ssoSettings(
        session: String? = nil, region: String, startURL: String
    ) throws(CredentialsError) -> SSOSettings {
        SSOSettings(
            profile: name, session: session, region: region, startURL: startURL,
            accountID: try needed("sso_account_id"), roleName: try needed("sso_role_name"))
    }
}
