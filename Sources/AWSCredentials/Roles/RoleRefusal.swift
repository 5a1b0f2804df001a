/// Why AWS does not let a role be assumed ("Errors" of AssumeRole and AssumeRoleWithWebIdentity, and "Common Errors",
/// in the AWS STS API Reference).
public enum RoleRefusal: Sendable, Equatable {
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
        guard code.isErrorCode else { return nil }
        self = Self.known[code] ?? .other(code: code)
    }

    /// Whether the same request may well succeed a moment later.
    var isTransient: Bool { self == .throttled || self == .unreachableIdentityProvider }

    private static let known: [String: RoleRefusal] = [
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

extension RoleRefusal: CustomStringConvertible {
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
