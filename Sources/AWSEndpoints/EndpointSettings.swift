import Formats

/// What the environment and the selected profile say about where AWS's services are ("Service-specific endpoints",
/// "AWS Region", "Dual-stack and FIPS endpoints" in the AWS SDKs and Tools Reference Guide). The environment comes first.
package struct EndpointSettings: Sendable {
    /// What the selected profile of AWS's shared files says. Nil where it says nothing.
    package struct Profile: Sendable, Equatable {
        package let name: String
        /// `region`.
        package var region: String?
        /// `endpoint_url`: for each service without one of its own.
        package var endpointURL: String?
        /// `endpoint_url` of single services, by their names in settings (see ``AWSService``).
        package var serviceEndpointURLs: [String: String] = [:]
        /// `use_fips_endpoint`, as the file has it.
        package var usesFIPSEndpoint: String?
        /// `ignore_configured_endpoint_urls`, as the file has it.
        package var ignoresConfiguredEndpointURLs: String?
        /// `use_dualstack_endpoint`, as the file has it.
        package var usesDualStackEndpoint: String?
        /// The file and line of a key, by the key's name in ``EndpointSettingName``.
        package var places: [String: String] = [:]

        /// A profile that says nothing yet.
        package init(name: String) {
            self.name = name
        }
    }

    /// The value of an environment variable without white space around it, or nil where it is unset or blank.
    package let variable: @Sendable (String) -> String?
    private let profile: Profile

    /// - Parameter variable: see ``variable``. The variables themselves are not kept here, because some are secrets.
    package init(profile: Profile, variable: @escaping @Sendable (String) -> String?) {
        self.profile = profile
        self.variable = variable
    }

    /// The region in use and the setting that names it.
    package func region() throws(EndpointError) -> (region: Region, setting: EndpointSettingName) {
        let named = first([
            valueOfVariable("AWS_REGION"), valueOfVariable("AWS_DEFAULT_REGION"),
            valueInProfile("region", profile.region),
        ])
        guard let named else { throw .missingRegion }
        guard let region = Region(named.text) else { throw .notAllowed(named.setting, allowed: Region.allowed) }
        return (region, named.setting)
    }

    /// Where a service is called.
    ///
    /// - Parameter region: the service's region; nil stands for the one in use.
    package func endpoint(of service: AWSService, in region: Region? = nil) throws(EndpointError) -> Endpoint {
        let region = if let region { region } else { try self.region().region }
        let fips = try flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", profile.usesFIPSEndpoint)
        let dualStack = try flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", profile.usesDualStackEndpoint)
        guard let (origin, setting) = try override(of: service) else {
            return Endpoint(of: service, in: region, usesFIPS: fips != nil, usesDualStack: dualStack != nil)
        }
        // AWS's rule sets refuse both beside a custom endpoint.
        let conflicts = [fips, dualStack].compactMap(\.self)
        guard conflicts.isEmpty else { throw .conflict(conflicts, with: setting) }
        return Endpoint(at: origin, in: region, chosenBy: setting)
    }
}

extension EndpointSettings {
    /// What is in force for one of AWS's variables, and the setting that says so: the variable itself, or what stands in for
    /// it in the environment or in the profile. Nil where nothing says anything.
    package func value(for variable: String) -> (text: String, setting: EndpointSettingName)? {
        let elsewhere: Value? =
            switch variable {
            case "AWS_REGION": valueOfVariable("AWS_DEFAULT_REGION") ?? valueInProfile("region", profile.region)
            case "AWS_PROFILE": valueOfVariable("AWS_DEFAULT_PROFILE")
            case "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS":
                valueInProfile("ignore_configured_endpoint_urls", profile.ignoresConfiguredEndpointURLs)
            case "AWS_USE_FIPS_ENDPOINT": valueInProfile("use_fips_endpoint", profile.usesFIPSEndpoint)
            case "AWS_USE_DUALSTACK_ENDPOINT": valueInProfile("use_dualstack_endpoint", profile.usesDualStackEndpoint)
            case "AWS_ENDPOINT_URL": valueInProfile("endpoint_url", profile.endpointURL)
            case AWSService.transcribe.endpointVariable:
                valueInProfile(AWSService.transcribe.endpointKey, profile.serviceEndpointURLs["transcribe"])
            default: nil
            }
        return valueOfVariable(variable) ?? elsewhere
    }

    private typealias Value = (text: String, setting: EndpointSettingName)

    private func valueOfVariable(_ name: String) -> Value? {
        variable(name).map { ($0, .variable(name)) }
    }

    private func valueInProfile(_ key: String, _ text: String?) -> Value? {
        text.map { ($0, .profile(profile.name, key: key, at: profile.places[key])) }
    }

    private func first(_ values: [Value?]) -> Value? {
        values.lazy.compactMap(\.self).first
    }

    /// The service's own endpoint comes before one for all services, the environment's before the profile's.
    private func override(of service: AWSService) throws(EndpointError) -> (Origin, EndpointSettingName)? {
        let ignoring = try flag(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls",
            profile.ignoresConfiguredEndpointURLs)
        guard ignoring == nil else { return nil }
        let chosen = first([
            valueOfVariable(service.endpointVariable), valueOfVariable("AWS_ENDPOINT_URL"),
            valueInProfile(service.endpointKey, profile.serviceEndpointURLs[service.rawValue]),
            valueInProfile("endpoint_url", profile.endpointURL),
        ])
        guard let chosen else { return nil }
        guard let origin = Origin(chosen.text) else { throw .notAllowed(chosen.setting, allowed: Origin.allowed) }
        return (origin, chosen.setting)
    }

    /// The setting that switches this on; nil if it is off.
    private func flag(
        _ name: String, _ key: String, _ inProfile: String?
    ) throws(EndpointError) -> EndpointSettingName? {
        guard let value = first([valueOfVariable(name), valueInProfile(key, inProfile)]) else { return nil }
        if value.text.equals(ignoringCase: "true") { return value.setting }
        guard value.text.equals(ignoringCase: "false") else {
            throw .notAllowed(value.setting, allowed: "true or false")
        }
        return nil
    }
}
