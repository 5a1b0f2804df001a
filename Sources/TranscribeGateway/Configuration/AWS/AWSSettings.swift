/// What AWS's own variables say of the region and the endpoint. Those of credentials are read elsewhere.
/// (AWS SDKs and Tools Reference Guide, "Environment variables support"; "Service-specific endpoints".)
struct AWSSettings: Sendable {
    let region: String
    let regionSource: SettingSource
    /// `nil` = the default profile.
    let profile: String?
    /// Replaces the endpoint that follows from the region: scheme, host and port, without a trailing slash.
    let endpoint: String?
    /// The variable that says so.
    let endpointVariable: String?
    let usesFIPS: Bool
    let usesDualStack: Bool
    /// Every variable with its value and its source, as `Settings.effective`.
    let effective: [EffectiveSetting]
}

extension AWSSettings {
    /// Reads and checks the variables; an empty one counts as unset.
    ///
    /// - Parameter profileRegion: the `region` of the profile in AWS's shared files, which comes last.
    /// - Throws: all problems at once, a missing region among them.
    static func load(
        from environment: [String: String], profileRegion: String? = nil
    ) throws(ConfigurationError) -> AWSSettings {
        var reader = SettingsReader(ConfigurationLayers([.awsEnvironment(environment)]))
        let variables = AWSVariables(from: &reader)
        let problems = reader.problems.isEmpty ? variables.conflicts : reader.problems
        guard problems.isEmpty, let region = variables.regionInForce ?? variables.region(ofProfile: profileRegion)
        else { throw ConfigurationError(problems.isEmpty ? [.missingRegion] : problems) }
        return AWSSettings(
            region: region.text, regionSource: region.source, profile: variables.profile,
            endpoint: variables.endpoint?.text, endpointVariable: variables.endpoint?.name,
            usesFIPS: variables.usesFIPS, usesDualStack: variables.usesDualStack,
            effective: reader.effective.showing(region))
    }
}

extension [EffectiveSetting] {
    /// A region that no variable set stands where `AWS_REGION` would, with its own source.
    fileprivate func showing(_ region: (text: String, source: SettingSource)) -> Self {
        guard case .profile = region.source else { return self }
        return map { setting in
            guard setting.key == "AWS_REGION" else { return setting }
            return EffectiveSetting(key: setting.key, text: region.text, source: region.source)
        }
    }
}

extension ConfigurationProblem {
    fileprivate static let missingRegion = missing("AWS_REGION", wanted: ValueKind<String>.region.allowed)
}
