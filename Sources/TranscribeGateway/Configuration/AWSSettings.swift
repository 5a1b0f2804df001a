import AWSCredentials
import AWSEndpoints

/// The region and the endpoints that AWS's own variables and the selected profile set. The settings of credentials are read
/// elsewhere. (AWS SDKs and Tools Reference Guide, "Environment variables support"; "Service-specific endpoints".)
struct AWSSettings: Sendable {
    let endpoints: EndpointSettings
    let region: Region
    /// The setting that names ``region``.
    private(set) var regionSetting: EndpointSettingName
    /// Where Amazon Transcribe is.
    let transcribe: Endpoint
    /// Which authorities every call trusts; nil if that was not looked for.
    private(set) var authorities: CertificateAuthorities?
    /// What is in force for every variable and where it comes from, what follows, and the variables that are set and mean
    /// nothing to the gateway.
    private(set) var effective: [EffectiveSetting]
    /// The names of those, in alphabetical order.
    let ignored: [String]
}

extension AWSSettings {
    /// Reads and checks the variables; an empty or blank one counts as unset.
    ///
    /// - Parameter profile: what the selected profile says, which comes after the variables.
    /// - Throws: all problems of single variables at once; else the first setting that gives no endpoint.
    static func load(
        from environment: [String: String], profile: EndpointSettings.Profile
    ) throws(ConfigurationError) -> AWSSettings {
        let endpoints = EndpointSettings(environment: environment, profile: profile)
        var reader = SettingsReader { setting in
            endpoints.variable(setting.key).map { ($0, .environment(setting.key)) }
        }
        reader.readAWSVariables()
        guard reader.problems.isEmpty else { throw ConfigurationError(reader.problems) }
        do throws(EndpointError) {
            let (region, setting) = try endpoints.region()
            let ignored = environment.filter { !$0.value.isEmpty }.keys.filter(isIgnored).sorted()
            return AWSSettings(
                endpoints: endpoints, region: region, regionSetting: setting,
                transcribe: try endpoints.endpoint(of: .transcribe),
                effective: reader.effective.map { $0.inForce(endpoints, profile.name) } + endpoints.effective
                    + ignored.map { EffectiveSetting(key: $0, text: "(ignored)", source: .environment($0)) },
                ignored: ignored)
        } catch {
            throw ConfigurationError([ConfigurationProblem(error)])
        }
    }
}

extension AWSSettings {
    /// These settings with the instance as the source of the region, if that is so.
    func inRegionOfInstance(_ isSo: Bool) -> AWSSettings {
        guard isSo else { return self }
        var settings = self
        settings.regionSetting = .instanceMetadata
        settings.effective = effective.map { row in
            guard row.key == "AWS_REGION" else { return row }
            return EffectiveSetting(key: row.key, text: row.text, source: SettingSource(.instanceMetadata))
        }
        return settings
    }

    /// These settings with the authorities that every call trusts.
    func trusting(_ authorities: CertificateAuthorities?) -> AWSSettings {
        guard let authorities else { return self }
        var settings = self
        settings.authorities = authorities
        settings.effective.append(
            EffectiveSetting(
                key: "certificate authorities", text: authorities.path,
                source: authorities.setting.map { SettingSource($0) } ?? .standard))
        return settings
    }
}

extension SettingsReader {
    /// Checks the variables one by one. `EndpointSettings` decides what follows from them.
    mutating func readAWSVariables() {
        _ = variable("AWS_REGION", .optional(.region, as: ""), default: "", "the region whose jobs are looked up")
        _ = variable(
            "AWS_DEFAULT_REGION", .optional(.region, as: ""), default: "",
            "the region where `AWS_REGION` is unset")
        _ = variable("AWS_PROFILE", .optional(.profile, as: ""), default: "", "profile in AWS's shared files")
        _ = variable(
            "AWS_DEFAULT_PROFILE", .optional(.profile, as: ""), default: "",
            "the profile where `AWS_PROFILE` is unset")
        _ = variable(
            "AWS_ENDPOINT_URL_TRANSCRIBE", .optional(.endpoint, as: ""), default: "",
            "where Transcribe is instead")
        _ = variable(
            "AWS_ENDPOINT_URL", .optional(.endpoint, as: ""), default: "", "where every AWS service is instead")
        _ = variable(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", .bool, default: "false", "whether those two are ignored")
        _ = variable("AWS_USE_FIPS_ENDPOINT", .bool, default: "false", "whether to use the FIPS endpoint")
        _ = variable(
            "AWS_USE_DUALSTACK_ENDPOINT", .bool, default: "false",
            "whether to use the endpoint for IPv4 and IPv6")
        _ = variable(
            SettingsSources.attemptsVariable, .optional(.int(UpstreamSettings.attempts), as: ""), default: "",
            "attempts at one look-up where `upstream.attempts` is not set")
        _ = variable(
            "AWS_CA_BUNDLE", .optional(.file, as: ""), default: "",
            "PEM file of the certificate authorities to trust in place of the system's")
        _ = variable(
            "SSL_CERT_FILE", .optional(.file, as: ""), default: "",
            "the same where neither `AWS_CA_BUNDLE` nor the profile's `ca_bundle` names a file")
    }
}

extension AWSSettings {
    /// Whether a variable is one of AWS's that has no meaning here. Its value is never shown: its name may be misspelt.
    private static func isIgnored(_ name: String) -> Bool {
        name.utf8.starts(with: "AWS_".utf8) && !variables.contains(name)
    }

    /// Every variable of AWS's that has a meaning here.
    static let variables: Set<String> = {
        var reader = SettingsReader { _ in nil }
        reader.readAWSVariables()
        return credentialsVariables.union(reader.definitions.map(\.key)).union(
            AWSService.allCases.map(\.endpointVariable))
    }()

    /// What `AWSCredentials` reads.
    private static let credentialsVariables: Set = [
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
        "AWS_CREDENTIAL_EXPIRATION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ROLE_ARN",
        "AWS_ROLE_SESSION_NAME",
        "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_EC2_METADATA_DISABLED",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "AWS_METADATA_SERVICE_TIMEOUT",
        "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
    ]
}

extension EffectiveSetting {
    /// With what the profile says where no variable does.
    fileprivate func inForce(_ endpoints: EndpointSettings, _ profile: String) -> EffectiveSetting {
        if let (text, setting) = endpoints.value(for: key) {
            return EffectiveSetting(key: key, text: text, source: SettingSource(setting))
        }
        guard text.isEmpty else { return EffectiveSetting(key: key, text: text, source: source) }
        return EffectiveSetting(key: key, text: key == "AWS_PROFILE" ? profile : "none", source: source)
    }
}

extension EndpointSettings {
    /// A row for each service whose endpoint these settings decide.
    fileprivate var effective: [EffectiveSetting] {
        AWSService.allCases.compactMap { service in
            let key = "\(service.rawValue) endpoint"
            do throws(EndpointError) {
                let endpoint = try endpoint(of: service)
                // IAM Identity Center is in a region of its own, the profile's `sso_region`.
                guard !service.isSingleSignOn || endpoint.setting != nil else { return nil }
                return EffectiveSetting(key: key, text: endpoint.url, source: SettingSource(endpoint.setting))
            } catch {
                return EffectiveSetting(key: key, text: "none; \(error)", source: .environment(error.setting))
            }
        }
    }
}

extension SettingSource {
    fileprivate init(_ setting: EndpointSettingName?) {
        self =
            switch setting {
            case .variable(let name): .environment(name)
            case .profile(let name, _, let line): .profile(name, at: line)
            case .instanceMetadata: .instance
            case nil: .region
            }
    }
}

extension ConfigurationProblem {
    fileprivate init(_ error: EndpointError) {
        self =
            switch error {
            case .missingRegion: .missing(error.setting, wanted: error.allowed)
            case .notAllowed, .conflict: .conflict("\(error).")
            }
    }
}

extension ValueKind where Value == String {
    /// Any name that fits a line of AWS's shared files.
    static var profile: Self {
        Self(allowed: "the name of a profile, at most 128 bytes without control characters") { text in
            let isPrintable = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            return text.utf8.count <= 128 && isPrintable ? text : nil
        }
    }

    /// Whether there is such a file is found out when it is read.
    static var file: Self { Self(allowed: "the path of a file") { $0 } }
}

extension ValueKind where Value == Region {
    static var region: Self { Self(allowed: Region.allowed) { Region($0) } }
}

extension ValueKind where Value == Origin {
    static var endpoint: Self { Self(allowed: Origin.allowed) { Origin($0) } }
}
