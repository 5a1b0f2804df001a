import AWSEndpoints
public import Curl
public import Formats
public import SigV4

/// A role that the environment names and that is assumed with a token in a file, as in pods of Amazon EKS ("IAM roles
/// for service accounts" in the Amazon EKS User Guide).
public struct WebIdentityProvider: CredentialsProvider {
    /// "web identity".
    public let name = "web identity"
    private let resources: ProviderResources
    private let clock: AWSClock

    /// `environment`, then the selected profile, says where AWS STS is. `clock` learns from its responses, `pause` waits
    /// between two attempts.
    public init(
        environment: [String: String], files: FileReader, transport: any Transport, clock: AWSClock,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        resources = ProviderResources(
            environment: EnvironmentVariables(environment), files: files, transport: transport, pause: pause)
        self.clock = clock
    }

    /// Takes at most 15 s. Throws where the token is named without a role, the token cannot be read, and AWS STS rejects
    /// it or does not answer.
    public func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        guard let identity = try WebIdentity(environment: resources.environment)
        else { return .notConfigured(reason: "\(WebIdentity.tokenFileVariable) is not set") }
        return try await WebIdentityTokenProvider(identity: identity, files: resources.files, service: try service())
            .credentials(at: now)
    }

    private func service() throws(CredentialsError) -> SecurityTokenService {
        let profile = try ProfileSettings(environment: resources.environment.all, files: resources.files)
        let settings = EndpointSettings(environment: resources.environment, profile: profile.endpoints)
        let retrying = RetryingTransport(
            transport: resources.transport, clock: clock, deadline: .now + .seconds(15),
            pause: resources.pause)
        return SecurityTokenService(at: try settings.endpoint(forCredentialsFrom: .securityTokens), through: retrying)
    }
}

extension WebIdentity {
    fileprivate static let tokenFileVariable = "AWS_WEB_IDENTITY_TOKEN_FILE"

    /// Nil where no token file is named. Throws `halfSet`.
    fileprivate init?(environment: EnvironmentVariables) throws(CredentialsError) {
        guard let tokenFile = environment.value(of: Self.tokenFileVariable) else { return nil }
        guard let arn = environment.value(of: "AWS_ROLE_ARN")
        else { throw .halfSet(variable: Self.tokenFileVariable, missing: "AWS_ROLE_ARN") }
        let role = Role(arn: arn, sessionName: environment.value(of: "AWS_ROLE_SESSION_NAME"))
        self.init(role: role, tokenFile: tokenFile)
    }
}

/// A role that is assumed with the token of an identity provider, and the file that holds the token.
package struct WebIdentity: Sendable, Equatable {
    /// The role. AssumeRoleWithWebIdentity takes no external ID.
    package let role: Role
    /// The path of the file. Its content is replaced from time to time.
    package let tokenFile: String

    /// This role, for the bearer of the token in this file.
    package init(role: Role, tokenFile: String) {
        self.role = role
        self.tokenFile = tokenFile
    }
}

/// A web identity of the environment or of a profile, and the service that gives its credentials.
struct WebIdentityTokenProvider: CredentialsProvider {
    let name = "web identity"
    let identity: WebIdentity
    let files: FileReader
    let service: SecurityTokenService

    /// Reads the file each time, because its content is replaced long before the token expires. Throws `unreadableFile`,
    /// `malformedToken`, `assumeRoleFailed` and `endpointFailed`.
    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        let token = String(try files.requiredText(of: identity.tokenFile).trimmingWhitespace)
        if token.isEmpty || token.utf8.contains(where: \.isLineBreak) { throw .malformedToken(identity.tokenFile) }
        let credentials = try await service.credentials(of: identity.role, forBearerOf: token, at: now)
        return .found(credentials, from: CredentialsOrigin(name, isStaticallyStable: true))
    }
}
