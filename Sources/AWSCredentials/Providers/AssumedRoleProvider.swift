import Formats

/// A role that is assumed with the credentials of another source.
struct AssumedRoleProvider: CredentialsProvider {
    let name = "assumed role"
    let role: Role
    /// Who asks for the role.
    let caller: any CredentialsProvider
    let service: SecurityTokenService

    /// Throws `noSourceCredentials`, and what the caller and the service throw.
    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        switch try await caller.credentials(at: now) {
        case .notConfigured(let reason): throw .noSourceCredentials(role: role.arn, reason: reason)
        case .found(let keys, _):
            let credentials = try await service.credentials(of: role, for: keys, at: now)
            return .found(credentials, from: CredentialsOrigin(name, isStaticallyStable: true))
        }
    }
}

/// A role to assume, and what the session with it is to be like.
package struct Role: Sendable, Equatable {
    /// `arn:aws:iam::123456789012:role/name`, as somebody wrote it; AWS checks it.
    package let arn: String
    /// Nil for a name of our own.
    package let sessionName: String?
    /// What the role's trust policy may ask for.
    package let externalID: String?
    /// In seconds; nil for AWS's default, an hour.
    package let duration: Int?

    /// A role of this ARN; what is nil is left to AWS, or to this module.
    package init(arn: String, sessionName: String? = nil, externalID: String? = nil, duration: Int? = nil) {
        self.arn = arn
        self.sessionName = sessionName
        self.externalID = externalID
        self.duration = duration
    }

    /// The request's fields that say which session is wanted.
    func fields(of action: String, at now: Timestamp) -> FormFields {
        var fields = FormFields()
        fields.append("Action", action)
        fields.append("Version", "2011-06-15")
        fields.append("RoleArn", arn)
        fields.append("RoleSessionName", sessionName ?? "transcribe-gateway-\(now.millisecondsSinceEpoch / 1_000)")
        fields.append("ExternalId", externalID)
        fields.append("DurationSeconds", duration.map(String.init))
        return fields
    }
}
