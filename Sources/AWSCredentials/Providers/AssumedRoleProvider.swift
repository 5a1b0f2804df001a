import Formats

/// A role that is assumed with the credentials of another source.
struct AssumedRoleProvider: CredentialsProvider {
    let name = "assumed role"
    let role: Role
    /// The source of the credentials that sign the request for the role.
    let source: any CredentialsProvider
    let service: SecurityTokenService

    /// Throws `noSourceCredentials`, and what the source and the service throw.
    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        switch try await source.credentials(at: now) {
        case .notConfigured(let reason): throw .noSourceCredentials(role: role.arn, reason: reason)
        case .notYet(let reason): throw .noSourceCredentials(role: role.arn, reason: reason, mayAppear: true)
        case .found(let sourceCredentials, _):
            do throws(CredentialsError) {
                try sourceCredentials.checkParts()
            } catch {
                throw .noSourceCredentials(role: role.arn, reason: "\(error)")
            }
            let credentials = try await service.credentials(of: role, for: sourceCredentials, at: now)
            return .found(credentials, from: CredentialsOrigin(name, isStaticallyStable: true))
        }
    }
}

/// A role to assume, and the options of its session.
package struct Role: Sendable, Equatable {
    /// `arn:aws:iam::123456789012:role/name`, as it was configured; AWS checks it.
    package let arn: String
    /// Nil for a name that this module makes.
    package let sessionName: String?
    /// The value that the role's trust policy may require.
    package let externalID: String?
    /// In seconds; nil for AWS's default, an hour.
    package let duration: Int?

    /// A role of this ARN. What is nil is left to AWS, or to this module.
    package init(arn: String, sessionName: String? = nil, externalID: String? = nil, duration: Int? = nil) {
        self.arn = arn
        self.sessionName = sessionName
        self.externalID = externalID
        self.duration = duration
    }

    /// The fields of a request for a session with this role.
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
