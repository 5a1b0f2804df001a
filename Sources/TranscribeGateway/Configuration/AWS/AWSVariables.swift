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
