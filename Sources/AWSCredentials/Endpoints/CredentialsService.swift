/// The services of AWS that hand out credentials. The raw value is what they are called in names of settings
/// ("Service-specific endpoints" in the AWS SDKs and Tools Reference Guide).
enum CredentialsService: String, Sendable {
    case securityTokens = "sts"
    /// IAM Identity Center's portal.
    case portal = "sso"
    /// IAM Identity Center's tokens.
    case openIDConnect = "sso_oidc"

    /// How its host names begin.
    var hostLabel: String {
        switch self {
        case .securityTokens: "sts"
        case .portal: "portal.sso"
        case .openIDConnect: "oidc"
        }
    }

    /// The variable that says where it is instead.
    var endpointVariable: String { "AWS_ENDPOINT_URL_" + rawValue.uppercased() }
}
