public import Formats
import SigV4

/// Credentials in environment variables ("AWS access keys" and "Environment variables" in the AWS SDKs and Tools
/// Reference Guide).
public struct EnvironmentProvider: CredentialsProvider {
    /// "environment".
    public let name = "environment"
    private let environment: EnvironmentVariables

    /// Reads only the given variables, never those of the process.
    public init(environment: [String: String]) {
        self.environment = EnvironmentVariables(environment)
    }

    /// Throws `halfSet` where one of the two keys is missing, and `malformedTime`.
    public func credentials(at now: Timestamp) throws(CredentialsError) -> ProviderResult {
        switch (environment.value(of: Self.accessKeyID), environment.value(of: Self.secretAccessKey)) {
        case (nil, nil): return .notConfigured(reason: "\(Self.accessKeyID) is not set")
        case (nil, _): throw .halfSet(variable: Self.secretAccessKey, missing: Self.accessKeyID)
        case (_, nil): throw .halfSet(variable: Self.accessKeyID, missing: Self.secretAccessKey)
        case (let accessKeyID?, let secretAccessKey?):
            return .found(
                Credentials(
                    accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken,
                    expiration: try expiration()),
                from: CredentialsOrigin(name))
        }
    }

    /// Old tools use the second name.
    private var sessionToken: String? {
        environment.value(of: "AWS_SESSION_TOKEN") ?? environment.value(of: "AWS_SECURITY_TOKEN")
    }

    private func expiration() throws(CredentialsError) -> Timestamp? {
        guard let text = environment.value(of: Self.credentialExpiration) else { return nil }
        guard let time = Timestamp(rfc3339: text) else { throw .malformedTime(variable: Self.credentialExpiration) }
        return time
    }

    private static let accessKeyID = "AWS_ACCESS_KEY_ID"
    private static let secretAccessKey = "AWS_SECRET_ACCESS_KEY"
    private static let credentialExpiration = "AWS_CREDENTIAL_EXPIRATION"
}
