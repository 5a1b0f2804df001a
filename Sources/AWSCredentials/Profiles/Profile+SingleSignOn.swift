extension Profile {
    /// A profile with `sso_session` finds the rest in the section of that name; older ones have everything themselves.
    ///
    /// Throws `missing`, `unknownSession` and `contradictsSession`.
    func signOnSettings() throws(CredentialsError) -> SignOnSettings {
        guard let session = section.value(of: "sso_session") else {
            return try signOnSettings(region: try needed("sso_region"), startURL: try needed("sso_start_url"))
        }
        guard let shared = configuration.sections[SectionName(.singleSignOnSession, session)]
        else { throw .malformedProfile(name, .unknownSession(session)) }
        return try signOnSettings(
            session: session, region: try value(of: "sso_region", in: shared),
            startURL: try value(of: "sso_start_url", in: shared))
    }

    /// The profile may repeat what the section says.
    private func value(of key: String, in session: Section) throws(CredentialsError) -> String {
        guard let value = session.value(of: key) else { throw .malformedProfile(name, .missing(key: key)) }
        guard [nil, value].contains(section.value(of: key))
        else { throw .malformedProfile(name, .contradictsSession(key: key)) }
        return value
    }

    /// Without an account and a role the session gives a token, which signs nothing.
    private func signOnSettings(
        session: String? = nil, region: String, startURL: String
    ) throws(CredentialsError) -> SignOnSettings {
        SignOnSettings(
            profile: name, session: session, region: region, startURL: startURL,
            accountID: try needed("sso_account_id"), roleName: try needed("sso_role_name"))
    }
}
