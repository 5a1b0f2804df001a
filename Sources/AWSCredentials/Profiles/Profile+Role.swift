extension Profile {
    /// Who asks for a profile's role.
    enum RoleSource {
        case profile(String)
        case named(CredentialSource)
    }

    /// Throws `needsCode`, `malformedDuration` and `missing`.
    func role() throws(CredentialsError) -> Role {
        if section.value(of: "mfa_serial") != nil { throw .malformedProfile(name, .needsCode) }
        return Role(
            arn: try needed("role_arn"), sessionName: section.value(of: "role_session_name"),
            externalID: section.value(of: "external_id"), duration: try duration())
    }

    /// Throws `twoSources`, `unknownSource` and `roleWithoutSource`.
    func roleSource() throws(CredentialsError) -> RoleSource {
        switch (section.value(of: "source_profile"), section.value(of: "credential_source")) {
        case (let profile?, nil): return .profile(profile)
        case (nil, let text?):
            guard let source = CredentialSource(rawValue: text) else { throw .malformedProfile(name, .unknownSource) }
            return .named(source)
        case (_?, _?): throw .malformedProfile(name, .twoSources)
        case (nil, nil): throw .malformedProfile(name, .roleWithoutSource)
        }
    }

    /// The role that is assumed with a token in a file: nobody asks for it.
    func webIdentity() throws(CredentialsError) -> WebIdentity {
        let role = Role(
            arn: try needed("role_arn"), sessionName: section.value(of: "role_session_name"), duration: try duration())
        return WebIdentity(role: role, tokenFile: try needed("web_identity_token_file"))
    }

    /// What AWS can grant, in seconds (`DurationSeconds` of AssumeRole); what it grants for a role, the role says.
    private func duration() throws(CredentialsError) -> Int? {
        guard let text = section.value(of: "duration_seconds") else { return nil }
        guard let seconds = Int(text), (900...43_200).contains(seconds)
        else { throw .malformedProfile(name, .malformedDuration) }
        return seconds
    }
}
