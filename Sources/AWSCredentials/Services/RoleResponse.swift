import Curl
import Expat
import Formats
import SigV4

/// What AWS STS responds to a request for a role's credentials.
enum RoleResponse {
    case credentials(Credentials)
    case error(STSError)
    /// The response says that STS fails, or is not one of STS.
    case invalid(CredentialsEndpointError)

    init(_ response: CurlResponse, to action: String) {
        if response.status == 200 {
            let result = (try? XMLElement.root(of: response.body))?["\(action)Result"]
            self = result.flatMap(Credentials.init(ofRole:)).map(Self.credentials) ?? .invalid(.malformed)
        } else {
            self = response.stsError.map(Self.error) ?? .invalid(.status(response.status))
        }
    }
}

extension Credentials {
    /// Nil where a part is missing.
    fileprivate init?(ofRole result: XMLElement) {
        guard let keys = result["Credentials"], let accessKeyID = keys.text(at: "AccessKeyId"),
            let secretAccessKey = keys.text(at: "SecretAccessKey"), let token = keys.text(at: "SessionToken"),
            let expiration = keys.text(at: "Expiration").flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        self.init(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: token, expiration: expiration)
    }
}

/// Why AWS STS does not give credentials for a role ("Errors" of AssumeRole and AssumeRoleWithWebIdentity, and "Common
/// Errors", in the AWS STS API Reference).
public enum STSError: Sendable, Equatable {
    case accessDenied
    /// The credentials or the token that the request came with had expired.
    case expiredToken
    case invalidIdentityToken
    case rejectedClaim
    case unreachableIdentityProvider
    case unknownKey
    case wrongSignature
    case wrongTime
    case invalidRequest
    case regionDisabled
    case throttled
    /// Another error code of AWS's.
    case other(code: String)

    /// Nil for a text that is no error code.
    init?(code: String) {
        guard code.isName(maximumLength: 100) else { return nil }
        self = Self.known[code] ?? .other(code: code)
    }

    private static let known: [String: STSError] = [
        "AccessDenied": .accessDenied, "AccessDeniedException": .accessDenied, "NotAuthorized": .accessDenied,
        "ExpiredToken": .expiredToken, "ExpiredTokenException": .expiredToken,
        "InvalidIdentityToken": .invalidIdentityToken,
        "IDPRejectedClaim": .rejectedClaim,
        "IDPCommunicationError": .unreachableIdentityProvider,
        "InvalidClientTokenId": .unknownKey, "UnrecognizedClientException": .unknownKey,
        "SignatureDoesNotMatch": .wrongSignature, "InvalidSignatureException": .wrongSignature,
        "IncompleteSignature": .wrongSignature,
        "RequestExpired": .wrongTime, "RequestTimeTooSkewed": .wrongTime, "RequestInTheFuture": .wrongTime,
        "ValidationError": .invalidRequest, "InvalidParameterValue": .invalidRequest,
        "MissingParameter": .invalidRequest, "InvalidParameterCombination": .invalidRequest,
        "RegionDisabledException": .regionDisabled,
        "Throttling": .throttled, "ThrottlingException": .throttled, "ThrottledException": .throttled,
        "RequestLimitExceeded": .throttled, "RequestThrottled": .throttled, "TooManyRequestsException": .throttled,
    ]

    var recovery: CredentialsError.Recovery {
        switch self {
        case .throttled, .unreachableIdentityProvider: .soon
        case .accessDenied, .invalidIdentityToken, .rejectedClaim, .regionDisabled: .byOperator
        // The token's file, or the keys, may be replaced; a clock may be set.
        case .expiredToken, .unknownKey, .wrongSignature, .wrongTime, .invalidRequest, .other: .later
        }
    }
}

extension STSError: CustomStringConvertible {
    /// A clause for people: why the role cannot be assumed.
    public var description: String {
        switch self {
        case .accessDenied: "its trust policy, or a policy of the identity that asks for it, does not allow it"
        case .expiredToken: "the credentials or the token used to assume it have expired"
        case .invalidIdentityToken: "the identity token is not valid, or its issuer is not known to the account"
        case .rejectedClaim: "the identity provider rejects a claim of the token"
        case .unreachableIdentityProvider: "AWS cannot reach the identity provider"
        case .unknownKey: "AWS does not know the access key used to assume it"
        case .wrongSignature: "the secret access key used to assume it is wrong, or this machine's clock is"
        case .wrongTime: "this machine's clock is wrong"
        case .invalidRequest: "AWS finds its ARN, session name, external ID or duration invalid"
        case .regionDisabled: "the region is not enabled for its account"
        case .throttled: "AWS STS is asked too often"
        case .other(let code): "AWS STS answered with the error \(code)"
        }
    }
}

extension CurlResponse {
    /// The error that AWS STS reports; nil for a success, for a status that says that STS fails or is asked too often,
    /// and for a response that is not one of STS.
    fileprivate var stsError: STSError? {
        guard status != 200, !isOverload else { return nil }
        return (try? XMLElement.root(of: body))?.awsErrorCode.flatMap(STSError.init(code:))
    }

    /// Whether AWS STS may well answer the same request otherwise a moment later.
    var isTransientSTSError: Bool { isOverload || stsError?.recovery == .soon }

    /// Whether AWS STS rejects the signature or its time, as it does where this machine's clock is wrong.
    var isSignatureError: Bool { [.wrongTime, .wrongSignature].contains(stsError) }
}
