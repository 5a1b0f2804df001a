import SigV4

/// A role that is assumed by showing the token of an identity provider, and the file that the provider keeps it in.
package struct WebIdentity: Sendable, Equatable {
    /// Which role; nobody's external ID goes with it.
    package let role: Role
    /// The path of the file, which its owner replaces from time to time.
    package let tokenFile: String

    /// This role, for the bearer of the token in this file.
    package init(role: Role, tokenFile: String) {
        self.role = role
        self.tokenFile = tokenFile
    }
}

extension WebIdentity {
    /// The role's credentials. The file is read anew each time, because its content is replaced long before it ends.
    /// Throws `unreadableFile`, `malformedToken`, `roleRefused` and `endpointFailed`.
    func credentials(
        from service: SecurityTokenService, _ files: FileReader, at now: Timestamp
    ) async throws(CredentialsError) -> Credentials {
        let token = try files.neededText(of: tokenFile).trimmed
        if token.isEmpty || token.contains(where: \.isLineEnd) { throw .malformedToken(tokenFile) }
        return try await service.credentials(of: role, forBearerOf: String(token), at: now)
    }
}
