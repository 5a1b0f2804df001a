/// A group of AWS regions with DNS names of its own (AWS's endpoint rules, function `aws.partition`). ``AWSService`` knows
/// how each service names its hosts there.
package enum Partition: CaseIterable, Sendable {
    case aws
    case china
    case govCloud
    case iso
    case isoB
    case isoE
    case isoF
    case europeanSovereignCloud

    /// The partition of a region by the form of its name. A form of no partition belongs to `aws`.
    package init(ofRegion region: String) {
        self = Self.allCases.first { $0.contains(region) } ?? .aws
    }

    /// The end of host names.
    package var dnsSuffix: String { names.plain }

    /// The end of names of hosts that have IPv6 addresses too.
    package var dualStackDNSSuffix: String { names.dualStack }

    private var names: (plain: String, dualStack: String) {
        switch self {
        case .aws, .govCloud: ("amazonaws.com", "api.aws")
        case .china: ("amazonaws.com.cn", "api.amazonwebservices.com.cn")
        case .iso: ("c2s.ic.gov", "api.aws.ic.gov")
        case .isoB: ("sc2s.sgov.gov", "api.aws.scloud")
        case .isoE: ("cloud.adc-e.uk", "api.cloud-aws.adc-e.uk")
        case .isoF: ("csp.hci.ic.gov", "api.aws.hci.ic.gov")
        case .europeanSovereignCloud: ("amazonaws.eu", "api.amazonwebservices.eu")
        }
    }

    /// The part before `\w+-\d+` in the names of its regions.
    private var regionPrefixes: [String] {
        switch self {
        case .aws: ["us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-"]
        case .china: ["cn-"]
        case .govCloud: ["us-gov-"]
        case .iso: ["us-iso-"]
        case .isoB: ["us-isob-"]
        case .isoE: ["eu-isoe-"]
        case .isoF: ["us-isof-"]
        case .europeanSovereignCloud: ["eusc-de-"]
        }
    }

    /// True for at most one partition: one hyphen follows a prefix, so no prefix is part of another.
    private func contains(_ region: String) -> Bool {
        regionPrefixes.contains { prefix in
            region.utf8.starts(with: prefix.utf8) && Self.isAreaAndNumber(region.utf8.dropFirst(prefix.utf8.count))
        }
    }

    /// `\w+-\d+`.
    private static func isAreaAndNumber(_ text: Substring.UTF8View) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            && parts[1].allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
    }
}
