/// One of AWS's separate worlds of regions, by its DNS names (AWS's endpoint rules, function `aws.partition`).
struct Partition: Sendable {
    let dnsSuffix: String
    let dualStackDNSSuffix: String
    /// Whether its plain hosts are the ones with validated cryptography.
    let hasPlainFIPSHosts: Bool

    private init(_ dnsSuffix: String, _ dualStackDNSSuffix: String, hasPlainFIPSHosts: Bool = false) {
        self.dnsSuffix = dnsSuffix
        self.dualStackDNSSuffix = dualStackDNSSuffix
        self.hasPlainFIPSHosts = hasPlainFIPSHosts
    }

    /// The partition of a region by how its name begins; what none claims belongs to the first, `aws`.
    init(ofRegion region: String) {
        self = Self.others.first { region.hasPrefix($0.prefix) }?.partition ?? Self.aws
    }

    private static let aws = Partition("amazonaws.com", "api.aws")

    private static let others: [(prefix: String, partition: Partition)] = [
        ("cn-", Partition("amazonaws.com.cn", "api.amazonwebservices.com.cn")),
        ("us-gov-", Partition("amazonaws.com", "api.aws", hasPlainFIPSHosts: true)),
        ("us-iso-", Partition("c2s.ic.gov", "api.aws.ic.gov")),
        ("us-isob-", Partition("sc2s.sgov.gov", "api.aws.scloud")),
        ("eu-isoe-", Partition("cloud.adc-e.uk", "api.cloud-aws.adc-e.uk")),
        ("us-isof-", Partition("csp.hci.ic.gov", "api.aws.hci.ic.gov")),
        ("eusc-", Partition("amazonaws.eu", "api.amazonwebservices.eu")),
    ]
}
