import SigV4

/// A role that a profile assumes with a token in a file.
struct IdentityTokenProvider: CredentialsProvider {
    let name = "web identity"
    let identity: WebIdentity
    let files: FileReader
    let service: SecurityTokenService

    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderAnswer {
        let credentials = try await identity.credentials(from: service, files, at: now)
        return .found(credentials, from: CredentialsOrigin(name, isStaticallyStable: true))
    }
}
