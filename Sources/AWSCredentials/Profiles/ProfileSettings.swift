package import AWSEndpoints
import Formats

/// The settings of the selected profile that say where AWS is; nil for a setting that it does not have. Variables of the
/// environment, such as `AWS_REGION`, come before these and are read elsewhere.
public struct ProfileSettings: Sendable, Equatable {
    /// The region, and where AWS's services are. Single services stand in the `[services NAME]` section that the
    /// profile's `services` names.
    package let endpoints: EndpointSettings.Profile
    /// `ec2_metadata_service_endpoint`.
    public let metadataEndpoint: String?
    /// `ec2_metadata_service_endpoint_mode`: `IPv4` or `IPv6`, not checked here.
    public let metadataEndpointMode: String?
    /// `ca_bundle`: the path of a file, not checked here.
    public let certificateAuthorities: String?

    /// Reads both shared files. A profile that does not exist has no settings: ``ProfileProvider`` reports it. Throws for
    /// files that are broken.
    public init(environment: [String: String], files: FileReader) throws(CredentialsError) {
        let environment = EnvironmentVariables(environment)
        let configuration = try SharedConfiguration(environment: environment, files: files)
        self.init(of: ProfileSelection(environment: environment).name, in: configuration)
    }

    init(of name: String, in configuration: SharedConfiguration) {
        let profile = configuration.sections[.profile(name)] ?? Section()
        var endpoints = EndpointSettings.Profile(name: name)
        endpoints.region = profile.value(of: "region")
        endpoints.endpointURL = profile.value(of: "endpoint_url")
        endpoints.serviceEndpointURLs = configuration.serviceEndpointURLs(of: profile)
        endpoints.ignoresConfiguredEndpointURLs = profile.value(of: "ignore_configured_endpoint_urls")
        endpoints.usesFIPSEndpoint = profile.value(of: "use_fips_endpoint")
        endpoints.usesDualStackEndpoint = profile.value(of: "use_dualstack_endpoint")
        endpoints.places = configuration.places(of: profile)
        self.endpoints = endpoints
        metadataEndpoint = profile.value(of: "ec2_metadata_service_endpoint")
        metadataEndpointMode = profile.value(of: "ec2_metadata_service_endpoint_mode")
        certificateAuthorities = profile.value(of: "ca_bundle")
    }
}

extension EndpointSettings {
    /// What these variables and the profile say.
    package init(environment: [String: String], profile: Profile) {
        self.init(environment: EnvironmentVariables(environment), profile: profile)
    }

    init(environment: EnvironmentVariables, profile: Profile) {
        self.init(profile: profile, variable: environment.value(of:))
    }

    /// Where a service that gives credentials is called: in the region that `sso_region` names, if one is given.
    ///
    /// Throws `malformedSetting`.
    func endpoint(
        forCredentialsFrom service: AWSService, ssoRegion: String? = nil
    ) throws(CredentialsError) -> Endpoint {
        let region = ssoRegion.flatMap(Region.init)
        if ssoRegion != nil, region == nil { throw .malformedSetting("sso_region", allowed: Region.allowed) }
        do throws(EndpointError) {
            return try endpoint(of: service, in: region)
        } catch {
            throw .malformedSetting(error.setting, allowed: error.allowed)
        }
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

    /// The file and line of each setting of an endpoint.
    fileprivate func places(of profile: Section) -> [String: String] {
        var places: [String: String] = [:]
        for key in [
            "region", "endpoint_url", "ignore_configured_endpoint_urls", "use_fips_endpoint", "use_dualstack_endpoint",
        ] {
            places[key] = profile.line(of: key)?.description
        }
        guard let name = profile.value(of: "services"), let services = sections[SectionName(.services, name)]
        else { return places }
        for service in AWSService.allCases {
            places[service.endpointKey] = services.line(of: service.rawValue)?.description
        }
        return places
    }
}
