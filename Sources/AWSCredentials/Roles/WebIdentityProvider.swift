public import Curl
public import SigV4

/// A role that the environment names and that is assumed with a token in a file, as pods of Amazon EKS have it ("IAM
/// roles for service accounts" in the Amazon EKS User Guide).
public struct WebIdentityProvider: CredentialsProvider {
    /// "web identity".
    public let name = "web identity"
    private let environment: Variables
    private let files: FileReader
    private let transport: any Transport
    private let pause: @Sendable (Duration) async -> Void

    /// `environment` also says where AWS STS is, as far as the selected profile's settings do not. `pause` waits
    /// between two attempts.
    public init(
        environment: [String: String], files: FileReader, transport: any Transport,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.environment = Variables(environment)
        self.files = files
        self.transport = transport
        self.pause = pause
    }

    /// Takes at most 15 s. Throws where the token stands without a role, the token cannot be read, AWS refuses it, or
    /// does not answer.
    public func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderAnswer {
        guard let identity = try WebIdentity(environment: environment)
        else { return .notConfigured(reason: "\(WebIdentity.tokenFileVariable) is not set") }
        let credentials = try await identity.credentials(from: try service(), files, at: now)
        return .found(credentials, from: CredentialsOrigin(name, isStaticallyStable: true))
    }

    private func service() throws(CredentialsError) -> SecurityTokenService {
        let profile = try ProfileSettings(environment: environment.all, files: files)
        let settings = EndpointSettings(environment: environment, profile: profile)
        let patience = PatientTransport(transport: transport, deadline: .now + .seconds(15), pause: pause)
        return SecurityTokenService(at: try settings.endpoint(of: .securityTokens), through: patience)
    }
}

extension WebIdentity {
    static let tokenFileVariable = "AWS_WEB_IDENTITY_TOKEN_FILE"

    /// Nil where no token is named. Throws `halfSet`.
    fileprivate init?(environment: Variables) throws(CredentialsError) {
        guard let tokenFile = environment.value(of: Self.tokenFileVariable) else { return nil }
        guard let arn = environment.value(of: "AWS_ROLE_ARN")
        else { throw .halfSet(variable: Self.tokenFileVariable, missing: "AWS_ROLE_ARN") }
        let role = Role(arn: arn, sessionName: environment.value(of: "AWS_ROLE_SESSION_NAME"))
        self.init(role: role, tokenFile: tokenFile)
    }
}
