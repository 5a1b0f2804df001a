/// What the selected profile says beside credentials: where AWS is. Nil where it says nothing. The environment's own
/// settings (`AWS_REGION` and the like) come before these and are read elsewhere.
public struct ProfileSettings: Sendable, Equatable {
    /// `region`.
    public let region: String?
    /// `endpoint_url`: for every service without one of its own.
    public let endpointURL: String?
    /// `endpoint_url` of each service in the `[services NAME]` section that the profile's `services` names. Keys are
    /// AWS's service identifiers in lower case with underscores: `transcribe`, `sts`.
    public let serviceEndpointURLs: [String: String]
    /// `use_fips_endpoint`.
    public let usesFIPSEndpoint: Bool?
    /// `use_dualstack_endpoint`.
    public let usesDualStackEndpoint: Bool?
    /// `ec2_metadata_service_endpoint`.
    public let metadataEndpoint: String?
    /// `ec2_metadata_service_endpoint_mode`: `IPv4` or `IPv6`, not checked here.
    public let metadataEndpointMode: String?

    /// Reads both shared files. A profile that does not exist says nothing: ``ProfileProvider`` is the one to complain.
    /// Throws for files that are broken and flags that are neither `true` nor `false`.
    public init(environment: [String: String], files: FileReader) throws(CredentialsError) {
        let environment = EnvironmentVariables(environment)
        let configuration = try SharedConfiguration(environment: environment, files: files)
        try self.init(of: ProfileSelection(environment: environment).name, in: configuration)
    }

    init(of name: String, in configuration: SharedConfiguration) throws(CredentialsError) {
        let profile = configuration.sections[.profile(name)] ?? Section()
        region = profile.value(of: "region")
        endpointURL = profile.value(of: "endpoint_url")
        serviceEndpointURLs = configuration.serviceEndpointURLs(of: profile)
        usesFIPSEndpoint = try profile.flag("use_fips_endpoint", in: name)
        usesDualStackEndpoint = try profile.flag("use_dualstack_endpoint", in: name)
        metadataEndpoint = profile.value(of: "ec2_metadata_service_endpoint")
        metadataEndpointMode = profile.value(of: "ec2_metadata_service_endpoint_mode")
    }
}

extension SharedConfiguration {
    fileprivate func serviceEndpointURLs(of profile: Section) -> [String: String] {
        guard let name = profile.value(of: "services"), let services = sections[SectionName(.services, name)]
        else { return [:] }
        return services.properties.keys.reduce(into: [:]) { urls, service in
            urls[service] = services.subproperties(of: service).value(of: "endpoint_url")
        }
    }
}

extension Section {
    fileprivate func flag(_ key: String, in profile: String) throws(CredentialsError) -> Bool? {
        switch value(of: key)?.lowercased() {
        case nil: nil
        case "true": true
        case "false": false
        default: throw .malformedFlag(profile: profile, key: key)
        }
    }
}
