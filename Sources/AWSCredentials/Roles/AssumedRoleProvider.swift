import SigV4

/// A role that is assumed with the credentials of another source.
struct AssumedRoleProvider: CredentialsProvider {
    let name = "assumed role"
    let role: Role
    /// Who asks for the role.
    let caller: any CredentialsProvider
    let service: SecurityTokenService

    /// Throws `noCaller`, and what the caller and the service throw.
    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderAnswer {
        switch try await caller.credentials(at: now) {
        case .notConfigured(let reason): throw .noCaller(role: role.arn, reason: reason)
        case .found(let keys, _):
            let credentials = try await service.credentials(of: role, for: keys, at: now)
            return .found(credentials, from: CredentialsOrigin(name, isStaticallyStable: true))
        }
    }
}
