public import Curl
public import SigV4

/// Asks AWS STS whom AWS takes a set of credentials for. Every set may ask ("GetCallerIdentity" in the AWS STS API
/// Reference).
public struct CallerIdentityService: Sendable {
    private let environment: [String: String]
    private let files: FileReader
    private let transport: any Transport

    /// The environment and the selected profile say where STS is.
    public init(environment: [String: String], files: FileReader, transport: any Transport) {
        self.environment = environment
        self.files = files
        self.transport = transport
    }

    /// Takes at most 3 s. `now` is AWS's time as well as it is known: the request is signed with it.
    public func identity(of credentials: Credentials, at now: Timestamp) async -> CallerIdentity {
        do throws(CredentialsError) {
            let profile = try ProfileSettings(environment: environment, files: files)
            let settings = EndpointSettings(environment: Variables(environment), profile: profile)
            let patience = PatientTransport(
                transport: transport, deadline: .now + .seconds(3), pause: { try? await Task.sleep(for: $0) })
            let service = SecurityTokenService(at: try settings.endpoint(of: .securityTokens), through: patience)
            return try await service.identity(of: credentials, at: now)
        } catch {
            return .unknown(reason: "\(error)")
        }
    }
}
