import Curl
import Expat

/// Whom AWS takes a set of credentials for.
public enum CallerIdentity: Sendable, Equatable {
    /// A user, a role's session or an account, by its ARN.
    case known(arn: String)
    /// Nobody: AWS does not take the set, and says so with this code.
    case refused(code: String)
    /// Nothing was learned; why not, in words.
    case unknown(reason: String)

    init(_ response: CurlResponse, from endpoint: ServiceEndpoint) {
        let document = try? XMLElement.root(of: response.body)
        let arn = document?.text(at: "GetCallerIdentityResult", "Arn")
        let code = document?.errorCode
        self =
            if response.status == 200, let arn {
                .known(arn: arn)
            } else if let code, RoleRefusal(code: code)?.isOfCredentials == true {
                .refused(code: code)
            } else {
                .unknown(reason: "AWS STS at \(endpoint.host) \(EndpointFault.status(response.status))")
            }
    }
}

extension RoleRefusal {
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
