public import Curl

/// What the environment and the selected profile say of where AWS's services are; the environment comes first.
struct EndpointSettings: Sendable {
    private let environment: EnvironmentVariables
    private let profile: ProfileSettings

    init(environment: EnvironmentVariables, profile: ProfileSettings) {
        self.environment = environment
        self.profile = profile
    }

    /// The service in the region, or where `region` is nil in the one that is in use.
    ///
    /// Throws `malformedSetting` for settings that lead nowhere.
    func endpoint(of service: CredentialsService, in region: String? = nil) throws(CredentialsError) -> ServiceEndpoint
    {
        let region = try self.region(region)
        let usesFIPS = try flag("AWS_USE_FIPS_ENDPOINT", profile.usesFIPSEndpoint)
        let usesDualStack = try flag("AWS_USE_DUALSTACK_ENDPOINT", profile.usesDualStackEndpoint)
        guard let (setting, text) = override(of: service) else {
            return ServiceEndpoint(of: service, in: region, usesFIPS: usesFIPS, usesDualStack: usesDualStack)
        }
        if usesFIPS { throw .malformedSetting("AWS_USE_FIPS_ENDPOINT", allowed: "false beside \(setting)") }
        if usesDualStack { throw .malformedSetting("AWS_USE_DUALSTACK_ENDPOINT", allowed: "false beside \(setting)") }
        guard let endpoint = ServiceEndpoint(text, in: region)
        else { throw .malformedSetting(setting, allowed: "an http or https URL of host and port only") }
        return endpoint
    }

    /// A region becomes part of a host name that secrets are shown to, so it must be one DNS label (RFC 1035 §2.3.1):
    /// with a dot or a slash in it the host could be anyone's.
    private func region(_ chosen: String?) throws(CredentialsError) -> String {
        let region = chosen ?? environmentRegion ?? profile.region ?? ""
        guard region.wholeMatch(of: /[a-z0-9-]{1,63}/) != nil else {
            let setting = chosen == nil ? "AWS_REGION" : "sso_region"
            throw .malformedSetting(setting, allowed: "the name of an AWS region, such as us-east-1")
        }
        return region
    }

    private var environmentRegion: String? {
        environment.value(of: "AWS_REGION") ?? environment.value(of: "AWS_DEFAULT_REGION")
    }

    private func flag(_ variable: String, _ profile: Bool?) throws(CredentialsError) -> Bool {
        switch environment.value(of: variable)?.lowercased() {
        case nil: profile ?? false
        case "true": true
        case "false": false
        default: throw .malformedSetting(variable, allowed: "true or false")
        }
    }

    /// An endpoint of the service's own before one for all services, the environment's before the profile's.
    private func override(of service: CredentialsService) -> (setting: String, text: String)? {
        if environment.value(of: "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.lowercased() == "true" { return nil }
        let candidates = [
            (service.endpointVariable, environment.value(of: service.endpointVariable)),
            ("AWS_ENDPOINT_URL", environment.value(of: "AWS_ENDPOINT_URL")),
            ("the endpoint_url of \(service.rawValue)", profile.serviceEndpointURLs[service.rawValue]),
            ("the profile's endpoint_url", profile.endpointURL),
        ]
        for (setting, text) in candidates {
            if let text { return (setting, text) }
        }
        return nil
    }
}

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

/// Why an endpoint that hands out credentials gave none.
public enum CredentialsEndpointError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There was no whole answer.
    case transfer(CurlError)
    /// An answer with this status.
    case status(Int)
    /// A success that says itself that it is none, with this code of AWS's.
    case reported(code: String)
    /// A success that holds no credentials.
    case malformed

    /// The predicate of a sentence whose subject is the endpoint. Holds nothing of the answer but a code.
    public var description: String {
        switch self {
        case .transfer(let error): "cannot be asked: \(error)"
        case .status(let status): "answered with status \(status)"
        case .reported(let code): "answered with the error \(code)"
        case .malformed: "answered with something that is no set of credentials"
        }
    }
}
