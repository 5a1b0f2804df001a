/// One of AWS's separate worlds of regions, each with its own DNS names.
struct Partition: Sendable {
    /// What stands before `\w+-\d+` in the names of its regions.
    let regionPrefixes: [String]
    let dnsSuffix: String
    let dualStackDNSSuffix: String
    /// Whether its FIPS host is `fips.transcribe.…` instead of `transcribe-fips.…`.
    let hasFIPSDomain: Bool

    /// The partition of a region by the shape of its name; a shape that none claims belongs to the first, `aws`
    /// (AWS's endpoint rules, function `aws.partition`).
    init(ofRegion region: String) {
        self = Self.all.first { $0.contains(region) } ?? Self.aws
    }

    private init(_ prefixes: [String], _ dnsSuffix: String, _ dualStackDNSSuffix: String, hasFIPSDomain: Bool = false) {
        regionPrefixes = prefixes
        self.dnsSuffix = dnsSuffix
        self.dualStackDNSSuffix = dualStackDNSSuffix
        self.hasFIPSDomain = hasFIPSDomain
    }

    /// At most one partition says yes: what follows a prefix has a single hyphen, so no prefix can hide in another.
    private func contains(_ region: String) -> Bool {
        regionPrefixes.contains { region.hasPrefix($0) && Self.isAreaAndNumber(region.dropFirst($0.count)) }
    }

    /// `\w+-\d+`.
    private static func isAreaAndNumber(_ text: Substring) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            && parts[1].allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
    }

    private static let aws = Partition(
        ["us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-"], "amazonaws.com", "api.aws",
        hasFIPSDomain: true)

    private static let all = [
        aws,
        Partition(["cn-"], "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        Partition(["us-gov-"], "amazonaws.com", "api.aws", hasFIPSDomain: true),
        Partition(["us-iso-"], "c2s.ic.gov", "api.aws.ic.gov"),
        Partition(["us-isob-"], "sc2s.sgov.gov", "api.aws.scloud"),
        Partition(["eu-isoe-"], "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
        Partition(["us-isof-"], "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
        Partition(["eusc-de-"], "amazonaws.eu", "api.amazonwebservices.eu"),
    ]
}
