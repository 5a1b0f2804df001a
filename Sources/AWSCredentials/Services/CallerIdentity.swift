import AWSEndpoints
public import Curl
import Expat
public import Formats
public import SigV4

/// The identity that AWS knows a set of credentials by.
public enum CallerIdentity: Sendable, Equatable {
    /// The ARN of a user, a role's session or an account.
    case known(arn: String)
    /// AWS rejects the set with this error code.
    case rejected(code: String)
    /// AWS could not be asked; `reason` says why in words.
    case unknown(reason: String)

    init(_ response: CurlResponse, from endpoint: Endpoint) {
        let document = try? XMLElement.root(of: response.body)
        let arn = document?.text(at: "GetCallerIdentityResult", "Arn")
        let code = document?.awsErrorCode
        self =
            if response.status == 200, let arn {
                .known(arn: arn)
            } else if let code, STSError(code: code)?.rejectsCredentials == true {
                .rejected(code: code)
            } else {
                .unknown(
                    reason: "AWS STS at \(endpoint.host) \(CredentialsEndpointError.status(response.status))")
            }
    }
}

extension STSError {
    /// Whether the credentials that signed the request are the cause.
    fileprivate var rejectsCredentials: Bool {
        switch self {
        case .expiredToken, .unknownKey, .wrongSignature: true
        case .accessDenied, .invalidIdentityToken, .rejectedClaim, .unreachableIdentityProvider, .wrongTime,
            .invalidRequest, .regionDisabled, .throttled, .other:
            false
        }
    }
}

/// Asks AWS STS which identity a set of credentials has. Every identity may ask ("GetCallerIdentity" in the AWS STS API
/// Reference).
public struct CallerIdentityService: Sendable {
    private let environment: [String: String]
    private let files: FileReader
    private let transport: any Transport
    private let clock: AWSClock

    /// The environment and the selected profile say where STS is. `clock` learns from its responses.
    public init(environment: [String: String], files: FileReader, transport: any Transport, clock: AWSClock) {
        self.environment = environment
        self.files = files
        self.transport = transport
        self.clock = clock
    }

    /// The identity of these credentials. Takes at most 3 s. The request is signed at `now`, which should be AWS's time
    /// as closely as it is known.
    public func identity(of credentials: Credentials, at now: Timestamp) async -> CallerIdentity {
        do throws(CredentialsError) {
            let profile = try ProfileSettings(environment: environment, files: files)
            let settings = EndpointSettings(environment: environment, profile: profile.endpoints)
            let retrying = RetryingTransport(
                transport: transport, clock: clock, deadline: .now + .seconds(3),
                pause: { try? await Task.sleep(for: $0) })
            let service = SecurityTokenService(
                at: try settings.endpoint(forCredentialsFrom: .securityTokens), through: retrying)
            return try await service.identity(of: credentials, at: now)
        } catch {
            return .unknown(reason: "\(error)")
        }
    }
}
