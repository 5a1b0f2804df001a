/// The services of AWS that the gateway calls. The raw value is the name that settings use ("Service-specific
/// endpoints" in the AWS SDKs and Tools Reference Guide).
package enum AWSService: String, Sendable, CaseIterable {
    /// Amazon Transcribe.
    case transcribe
    /// AWS Security Token Service.
    case securityTokens = "sts"
    /// The portal of IAM Identity Center, which gives credentials for its tokens.
    case ssoPortal = "sso"
    /// The token service of IAM Identity Center.
    case ssoTokens = "sso_oidc"

    /// Whether this is a service of IAM Identity Center, which is called in the region that the profile's `sso_region`
    /// names.
    package var isSingleSignOn: Bool { self == .ssoPortal || self == .ssoTokens }

    /// The variable that moves the service elsewhere.
    package var endpointVariable: String { "AWS_ENDPOINT_URL_" + rawValue.uppercased() }

    /// The key of a profile that does the same: `endpoint_url` below the service's name in a `[services …]` section.
    package var endpointKey: String { "\(rawValue) endpoint_url" }

    /// The service's host by its endpoint rule set, which AWS publishes beside each API's model.
    func host(in region: Region, usesFIPS: Bool, usesDualStack: Bool) -> String {
        let partition = Partition(ofRegion: region.name)
        let label = label(in: region, of: partition, usesFIPS: usesFIPS, usesDualStack: usesDualStack)
        return "\(label).\(region.name).\(usesDualStack ? partition.dualStackDNSSuffix : partition.dnsSuffix)"
    }

    /// What stands before the region.
    private func label(
        in region: Region, of partition: Partition, usesFIPS: Bool, usesDualStack: Bool
    ) -> String {
        switch (self, usesFIPS, usesDualStack) {
        // These two regions are older than the scheme of their partition.
        case (.transcribe, false, false) where region.name == "cn-north-1" || region.name == "cn-northwest-1":
            "cn.transcribe"
        case (.transcribe, true, false) where partition == .aws || partition == .govCloud: "fips.transcribe"
        case (.transcribe, _, _): usesFIPS ? "transcribe-fips" : "transcribe"
        // In GovCloud the plain hosts of the other services have validated cryptography.
        case (_, true, false) where partition == .govCloud: hostName
        default: usesFIPS ? hostName + "-fips" : hostName
        }
    }

    /// The service's name in host names.
    private var hostName: String {
        switch self {
        case .transcribe: "transcribe"
        case .securityTokens: "sts"
        case .ssoPortal: "portal.sso"
        case .ssoTokens: "oidc"
        }
    }
}
