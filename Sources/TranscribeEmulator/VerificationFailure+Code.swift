import SigV4

extension VerificationFailure {
    /// The code with which AWS refuses such a request.
    var code: String {
        switch self {
        case .missingAuthorization: "MissingAuthenticationTokenException"
        case .malformedAuthorization, .malformedDate, .unsignedHeader, .missingSignedHeader:
            "IncompleteSignatureException"
        case .wrongScope, .wrongBodyHash, .wrongSignature, .signatureExpired, .signatureNotYetCurrent:
            "InvalidSignatureException"
        case .unknownAccessKey, .wrongSessionToken: "UnrecognizedClientException"
        case .credentialsExpired: "ExpiredTokenException"
        }
    }
}
