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
        var reader = SettingsReader { setting in
            guard let text = environment[setting.key], !text.isEmpty else { return nil }
            return (text, .environment(setting.key))
        }
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

/// AWS's variables one by one, each as it is.
struct AWSVariables: Sendable {
    let region: String?
    let defaultRegion: String?
    let profile: String?
    let transcribeEndpoint: String?
    let anyEndpoint: String?
    let ignoresEndpoints: Bool
    let usesFIPS: Bool
    let usesDualStack: Bool

    init(from reader: inout SettingsReader) {
        region = reader.value(
            "AWS_REGION", .optional(.region, as: ""), default: "", "the region whose jobs are looked up")
        defaultRegion = reader.value(
            "AWS_DEFAULT_REGION", .optional(.region, as: ""), default: "", "the region where `AWS_REGION` is unset")
        profile = reader.value(
            "AWS_PROFILE", .optional(.profile, as: ""), default: "", "profile in AWS's shared files")
        transcribeEndpoint = reader.value(
            "AWS_ENDPOINT_URL_TRANSCRIBE", .optional(.endpoint, as: ""), default: "", "where Transcribe is instead")
        anyEndpoint = reader.value(
            "AWS_ENDPOINT_URL", .optional(.endpoint, as: ""), default: "", "where every AWS service is instead")
        ignoresEndpoints = reader.value(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", .bool, default: "false", "whether those two are ignored")
        usesFIPS = reader.value(
            "AWS_USE_FIPS_ENDPOINT", .bool, default: "false", "whether to use the FIPS endpoint")
        usesDualStack = reader.value(
            "AWS_USE_DUALSTACK_ENDPOINT", .bool, default: "false", "whether to use the endpoint for IPv4 and IPv6")
    }

    /// The region that a variable sets.
    var regionInForce: (text: String, source: SettingSource)? {
        region.map { ($0, .environment("AWS_REGION")) }
            ?? defaultRegion.map { ($0, .environment("AWS_DEFAULT_REGION")) }
    }

    func region(ofProfile region: String?) -> (text: String, source: SettingSource)? {
        region.map { ($0, .profile(profile ?? "default")) }
    }

    /// The endpoint in force and the variable that set it; the service's own one comes first.
    var endpoint: (name: String, text: String)? {
        guard !ignoresEndpoints else { return nil }
        return transcribeEndpoint.map { ("AWS_ENDPOINT_URL_TRANSCRIBE", $0) }
            ?? anyEndpoint.map { ("AWS_ENDPOINT_URL", $0) }
    }

    /// The rule set for endpoints refuses both of these beside a custom endpoint.
    var conflicts: [ConfigurationProblem] {
        guard let endpoint else { return [] }
        let switches = [("AWS_USE_FIPS_ENDPOINT", usesFIPS), ("AWS_USE_DUALSTACK_ENDPOINT", usesDualStack)]
        return switches.filter(\.1).map { name, _ in
            .conflict("\(name) is \"true\", but must be false beside \(endpoint.name) (\(endpoint.text.quoted)).")
        }
    }
}

extension ValueKind where Value == String {
    /// The form of every region's name; new ones appear faster than a list would.
    static var region: Self {
        Self(allowed: "the name of an AWS region, such as us-east-1") { text in
            text.utf8.count <= 32 && text.wholeMatch(of: /[a-z]+(-[a-z]+)+-[0-9]+/) != nil ? text : nil
        }
    }

    /// Any name that fits a line of AWS's shared files.
    static var profile: Self {
        Self(allowed: "the name of a profile, at most 128 bytes without control characters") { text in
            let isPrintable = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            return text.utf8.count <= 128 && isPrintable ? text : nil
        }
    }

    /// A URL of scheme, host and port; a path would have to be signed, and a password would end up in logs.
    static var endpoint: Self {
        Self(allowed: "a URL of scheme, host and port only, such as https://localhost:8443") { text in
            let form = /(https?:\/\/(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?)\/?/
            guard text.utf8.count <= 300, let match = text.wholeMatch(of: form) else { return nil }
            guard match.2.map({ (1...65535).contains(Int($0) ?? 0) }) ?? true else { return nil }
            return String(match.1)
        }
    }
}
