/// Whether, where and how patiently the instance metadata service is asked ("IMDS client" and "IMDS credential
/// provider" in the AWS SDKs and Tools Reference Guide).
struct InstanceMetadataSettings: Sendable {
    /// Scheme, host, port and perhaps a path, without a slash at the end.
    let endpoint: String
    /// For one answer.
    let timeout: Duration
    /// Where nobody answers.
    let attempts: Int

    static let disabled = "AWS_EC2_METADATA_DISABLED"

    /// Nil where the service is switched off. Throws `malformedSetting`.
    init?(environment: Variables, profile: ProfileSettings?) throws(CredentialsError) {
        if environment.value(of: Self.disabled)?.lowercased() == "true" { return nil }
        endpoint = try Self.endpoint(environment, profile)
        timeout = .seconds(try environment.number("AWS_METADATA_SERVICE_TIMEOUT", in: 1...60))
        attempts = try environment.number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", in: 1...10)
    }

    /// An endpoint before a mode, the environment before the profile.
    private static func endpoint(
        _ environment: Variables, _ profile: ProfileSettings?
    ) throws(CredentialsError) -> String {
        let variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
        let key = "ec2_metadata_service_endpoint"
        if let text = environment.value(of: variable) { return try endpoint(text, from: variable) }
        if let text = profile?.metadataEndpoint { return try endpoint(text, from: key) }
        if let mode = environment.value(of: variable + "_MODE") { return try endpoint(mode: mode, variable + "_MODE") }
        if let mode = profile?.metadataEndpointMode { return try endpoint(mode: mode, key + "_mode") }
        return ipv4
    }

    private static func endpoint(_ text: String, from source: String) throws(CredentialsError) -> String {
        guard EndpointURL(text) != nil, !text.contains("?")
        else { throw .malformedSetting(source, allowed: "an absolute http or https URL with a host") }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    private static func endpoint(mode: String, _ source: String) throws(CredentialsError) -> String {
        switch mode.lowercased() {
        case "ipv4": ipv4
        case "ipv6": "http://[fd00:ec2::254]"
        default: throw .malformedSetting(source, allowed: "IPv4 or IPv6")
        }
    }

    private static let ipv4 = "http://169.254.169.254"
}

extension Variables {
    /// The least one where the variable is not set.
    fileprivate func number(_ variable: String, in range: ClosedRange<Int>) throws(CredentialsError) -> Int {
        guard let text = value(of: variable) else { return range.lowerBound }
        guard let number = Int(text), range.contains(number)
        else { throw .malformedSetting(variable, allowed: "a number from \(range.lowerBound) to \(range.upperBound)") }
        return number
    }
}
