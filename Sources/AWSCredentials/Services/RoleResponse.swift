import Curl
import Expat
import Formats
import SigV4

/// What an answer of AWS STS says.
enum RoleResponse {
    case credentials(Credentials)
    case error(STSError)
    /// It is not one that STS gives, or says that STS fails.
    case invalid(CredentialsEndpointError)

    init(_ response: CurlResponse, to action: String) {
        let document = try? XMLElement.root(of: response.body)
        if response.status == 200 {
            let credentials = document?["\(action)Result"].flatMap(Credentials.init(ofRole:))
            self = credentials.map(Self.credentials) ?? .invalid(.malformed)
        } else {
            let code = response.isOverload ? nil : document?.errorCode
            self = code.flatMap(STSError.init(code:)).map(Self.error) ?? .invalid(.status(response.status))
        }
    }
}

extension CurlResponse {
    /// Whether AWS STS may well answer the same request otherwise a moment later.
    var isTransientSTSError: Bool {
        guard !isOverload, case .error(let error) = RoleResponse(self, to: "") else { return isOverload }
        return error.isTransient
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
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: token, expiration: expiration,
            accountID: result.text(at: "AssumedRoleUser", "Arn").flatMap(Self.accountID(inARN:)))
    }

    /// The fifth part of `arn:aws:sts::123456789012:assumed-role/name/session`.
    private static func accountID(inARN arn: String) -> String? {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count > 5 && !parts[4].isEmpty ? String(parts[4]) : nil
    }
}

/// Why AWS does not let a role be assumed ("Errors" of AssumeRole and AssumeRoleWithWebIdentity, and "Common Errors",
/// in the AWS STS API Reference).
public enum STSError: Sendable, Equatable {
    case accessDenied
    /// What was shown, credentials or a token, had ended.
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
    /// Another code of AWS's.
    case other(code: String)

    /// Nil for what is no code.
    init?(code: String) {
        guard code.isName(maximumLength: 100) else { return nil }
        self = Self.known[code] ?? .other(code: code)
    }

    /// Whether the same request may well succeed a moment later.
    var isTransient: Bool { self == .throttled || self == .unreachableIdentityProvider }

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
}

extension STSError: CustomStringConvertible {
    /// A clause for people: why the role cannot be assumed.
    public var description: String {
        switch self {
        case .accessDenied: "its trust policy, or a policy of whoever asks, does not allow it"
        case .expiredToken: "the credentials or the token that ask for it have ended"
        case .invalidIdentityToken: "the identity token is not valid, or its issuer is not known to the account"
        case .rejectedClaim: "the identity provider does not stand by what the token says"
        case .unreachableIdentityProvider: "AWS cannot reach the identity provider"
        case .unknownKey: "AWS does not know the access key that asks for it"
        case .wrongSignature: "the secret access key that asks for it is wrong, or this machine's clock is"
        case .wrongTime: "this machine's clock is wrong"
        case .invalidRequest: "AWS takes its ARN, session name, external ID or duration for invalid"
        case .regionDisabled: "the region is not enabled for its account"
        case .throttled: "AWS is asked too often"
        case .other(let code): "AWS answered with the error \(code)"
        }
    }
}

extension XMLElement {
    /// The code in an error of AWS STS. Some services put their error into a list of one, and AWS's SDKs read it there
    /// too.
    var errorCode: String? { (self["Errors"] ?? self).text(at: "Error", "Code") }
}
