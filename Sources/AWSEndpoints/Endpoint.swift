/// Where Transcribe is called: a scheme, a host and perhaps a port.
///
/// The rules are those of AWS's endpoint rule set for Transcribe (published in its Smithy model).
public struct Endpoint: Hashable, Sendable {
    /// The origin, without a path: `https://transcribe.us-east-1.amazonaws.com`.
    public let url: String
    /// The value of `Host` as HTTP clients send it for ``url``: lower case, with the port only where it is not the
    /// scheme's own. It is signed, so it must be exactly what goes out.
    public let host: String
    /// The region to sign for. Nil if an override was given without a region: the override alone cannot be signed for.
    public let signingRegion: String?

    /// Resolves the endpoint.
    ///
    /// - Parameters:
    ///   - region: an AWS region such as `eu-west-1`; an empty one counts as none.
    ///   - useFIPS: whether to use the host with validated cryptography.
    ///   - useDualStack: whether to use the host that has IPv6 addresses too.
    ///   - override: an origin to use instead (`http` or `https`); it goes with neither FIPS nor dual stack.
    public init(
        region: String?, useFIPS: Bool = false, useDualStack: Bool = false, override: String? = nil
    ) throws(EndpointError) {
        signingRegion = region.flatMap { $0.isEmpty ? nil : $0 }
        if let signingRegion { try Self.checkRegion(signingRegion) }
        if let override {
            guard !useFIPS else { throw .fipsWithOverride }
            guard !useDualStack else { throw .dualStackWithOverride }
            let origin = try Origin(override)
            url = origin.text
            host = origin.authority
        } else {
            guard let signingRegion else { throw .missingRegion }
            host = Self.host(in: signingRegion, useFIPS: useFIPS, useDualStack: useDualStack)
            url = "https://\(host)"
        }
    }

    private static func host(in region: String, useFIPS: Bool, useDualStack: Bool) -> String {
        let partition = Partition(ofRegion: region)
        return switch (useFIPS, useDualStack) {
        case (true, true): "transcribe-fips.\(region).\(partition.dualStackDNSSuffix)"
        case (false, true): "transcribe.\(region).\(partition.dualStackDNSSuffix)"
        case (true, false) where partition == .aws || partition == .govCloud:
            "fips.transcribe.\(region).\(partition.dnsSuffix)"
        case (true, false): "transcribe-fips.\(region).\(partition.dnsSuffix)"
        // Two regions are older than their partition's scheme.
        case (false, false) where region == "cn-north-1" || region == "cn-northwest-1":
            "cn.transcribe.\(region).\(partition.dnsSuffix)"
        case (false, false): "transcribe.\(region).\(partition.dnsSuffix)"
        }
    }

    /// A region becomes part of a host name that credentials are shown to, so it must be one DNS label (RFC 1035
    /// §2.3.1): with a dot or a slash in it the host could be anyone's.
    private static func checkRegion(_ region: String) throws(EndpointError) {
        let isLabel = region.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
        guard isLabel, region.utf8.count <= 63 else { throw .invalidRegion(region) }
    }
}
