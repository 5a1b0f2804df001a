import AWSEndpoints
public import Curl
import Expat
public import Formats
public import SigV4

/// Whom AWS takes a set of credentials for.
public enum CallerIdentity: Sendable, Equatable {
    /// A user, a role's session or an account, by its ARN.
    case known(arn: String)
    /// Nobody: AWS does not take the set, and says so with this code.
    case refused(code: String)
    /// Nothing was learned; why not, in words.
    case unknown(reason: String)

    init(_ response: CurlResponse, from endpoint: Endpoint) {
        let document = try? XMLElement.root(of: response.body)
        let arn = document?.text(at: "GetCallerIdentityResult", "Arn")
        let code = document?.errorCode
        self =
            if response.status == 200, let arn {
                .known(arn: arn)
            } else if let code, STSError(code: code)?.isOfCredentials == true {
                .refused(code: code)
            } else {
                .unknown(reason: "AWS STS at \(endpoint.host) \(CredentialsEndpointError.status(response.status))")
            }
    }
}

extension STSError {
    /// Whether the set that signed the request is what is wrong.
    fileprivate var isOfCredentials: Bool {
        switch self {
        case .expiredToken, .unknownKey, .wrongSignature: true
        case .accessDenied, .invalidIdentityToken, .rejectedClaim, .unreachableIdentityProvider, .wrongTime,
            .invalidRequest, .regionDisabled, .throttled, .other:
            false
        }
    }
}

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
            let settings = EndpointSettings(environment: environment, profile: profile.endpoints)
            let retrying = RetryingTransport(
                transport: transport, deadline: .now + .seconds(3), pause: { try? await Task.sleep(for: $0) })
            let service = SecurityTokenService(
                at: try settings.endpoint(forCredentialsFrom: .securityTokens), through: retrying)
            return try await service.identity(of: credentials, at: now)
        } catch {
            return .unknown(reason: "\(error)")
        }
    }
}
