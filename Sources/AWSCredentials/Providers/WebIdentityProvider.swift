import AWSEndpoints
public import Curl
public import Formats
import SigV4

/// A role that the environment names and that is assumed with a token in a file, as pods of Amazon EKS have it ("IAM
/// roles for service accounts" in the Amazon EKS User Guide).
public struct WebIdentityProvider: CredentialsProvider {
    /// "web identity".
    public let name = "web identity"
    private let environment: EnvironmentVariables
    private let files: FileReader
    private let transport: any Transport
    private let pause: @Sendable (Duration) async -> Void

    /// `environment` also says where AWS STS is, as far as the selected profile's settings do not. `pause` waits
    /// between two attempts.
    public init(
        environment: [String: String], files: FileReader, transport: any Transport,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.environment = EnvironmentVariables(environment)
        self.files = files
        self.transport = transport
        self.pause = pause
    }

    /// Takes at most 15 s. Throws where the token stands without a role, the token cannot be read, AWS refuses it, or
    /// does not answer.
    public func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        guard let identity = try WebIdentity(environment: environment)
        else { return .notConfigured(reason: "\(WebIdentity.tokenFileVariable) is not set") }
        let credentials = try await identity.credentials(from: try service(), files, at: now)
        return .found(credentials, from: CredentialsOrigin(name, isStaticallyStable: true))
    }

    private func service() throws(CredentialsError) -> SecurityTokenService {
        let profile = try ProfileSettings(environment: environment.all, files: files)
        let settings = EndpointSettings(environment: environment, profile: profile.endpoints)
        let retrying = RetryingTransport(transport: transport, deadline: .now + .seconds(15), pause: pause)
        return SecurityTokenService(at: try settings.endpoint(forCredentialsFrom: .securityTokens), through: retrying)
    }
}

extension WebIdentity {
    static let tokenFileVariable = "AWS_WEB_IDENTITY_TOKEN_FILE"

    /// Nil where no token is named. Throws `halfSet`.
    fileprivate init?(environment: EnvironmentVariables) throws(CredentialsError) {
        guard let tokenFile = environment.value(of: Self.tokenFileVariable) else { return nil }
        guard let arn = environment.value(of: "AWS_ROLE_ARN")
        else { throw .halfSet(variable: Self.tokenFileVariable, missing: "AWS_ROLE_ARN") }
        let role = Role(arn: arn, sessionName: environment.value(of: "AWS_ROLE_SESSION_NAME"))
        self.init(role: role, tokenFile: tokenFile)
    }
}

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
    /// Throws `unreadableFile`, `malformedToken`, `assumeRoleFailed` and `endpointFailed`.
    func credentials(
        from service: SecurityTokenService, _ files: FileReader, at now: Timestamp
    ) async throws(CredentialsError) -> Credentials {
        let token = try files.neededText(of: tokenFile).trimmingWhitespace
        if token.isEmpty || token.utf8.contains(where: \.isLineBreak) { throw .malformedToken(tokenFile) }
        return try await service.credentials(of: role, forBearerOf: String(token), at: now)
    }
}

/// A role that a profile assumes with a token in a file.
struct IdentityTokenProvider: CredentialsProvider {
    let name = "web identity"
    let identity: WebIdentity
    let files: FileReader
    let service: SecurityTokenService

    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        let credentials = try await identity.credentials(from: service, files, at: now)
        return .found(credentials, from: CredentialsOrigin(name, isStaticallyStable: true))
    }
}
