/// What AWS's own variables say of the region and the endpoint. Those of credentials are read elsewhere.
/// (AWS SDKs and Tools Reference Guide, "Environment variables support"; "Service-specific endpoints".)
struct AWSSettings: Sendable {
    let region: String
    /// `nil` = the default profile.
    let profile: String?
    /// Replaces the endpoint that follows from the region: scheme, host and port, without a trailing slash.
    let endpoint: String?
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
        let region = variables.region ?? variables.defaultRegion ?? profileRegion
        let problems = reader.problems.isEmpty ? variables.conflicts : reader.problems
        guard problems.isEmpty, let region else {
            throw ConfigurationError(problems.isEmpty ? [.missingRegion] : problems)
        }
        return AWSSettings(
            region: region, profile: variables.profile, endpoint: variables.endpoint?.text,
            usesFIPS: variables.usesFIPS, usesDualStack: variables.usesDualStack, effective: reader.effective)
    }
}

extension ConfigurationProblem {
    fileprivate static let missingRegion = missing("AWS_REGION", wanted: ValueKind<String>.region.allowed)
}
