/// An IPv4 or IPv6 address read from text; IPv4 is mapped into `::ffff:0:0/96` (RFC 4291 §2.5.5.2).
struct IPAddress: Equatable, Sendable {
    /// Eight groups of 16 bits.
    let groups: [UInt16]

    /// Dotted decimal without leading zeros, or a form of RFC 4291 §2.2 without brackets and zone.
    init?(_ text: some StringProtocol) {
        if let ipv4 = Self.ipv4(text) {
            groups = [0, 0, 0, 0, 0, 0xFFFF] + ipv4
        } else if let ipv6 = Self.ipv6(String(text)) {
            groups = ipv6
        } else {
            return nil
        }
    }

    /// 127.0.0.0/8, also when mapped, or ::1.
    var isLoopback: Bool {
        groups == [0, 0, 0, 0, 0, 0, 0, 1] || (groups[..<6] == [0, 0, 0, 0, 0, 0xFFFF] && groups[6] >> 8 == 127)
    }

    private static func ipv4(_ text: some StringProtocol) -> [UInt16]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let octets = parts.compactMap { part in UInt8(part).flatMap { "\($0)" == part ? UInt16($0) : nil } }
        guard parts.count == 4, octets.count == 4 else { return nil }
        return [octets[0] << 8 | octets[1], octets[2] << 8 | octets[3]]
    }

    private static func ipv6(_ text: String) -> [UInt16]? {
        guard let gap = text.firstRange(of: "::") else {
            return list(text[...], isLast: true).flatMap { $0.count == 8 ? $0 : nil }
        }
        guard let head = list(text[..<gap.lowerBound], isLast: false),
            let tail = list(text[gap.upperBound...], isLast: true), head.count + tail.count < 8
        else { return nil }
        return head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail
    }

    /// Groups between colons; only the last part of an address may be dotted decimal.
    private static func list(_ text: Substring, isLast: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if isLast, index == parts.count - 1, let mapped = ipv4(part) {
                groups += mapped
            } else if let group = group(part) {
                groups.append(group)
            } else {
                return nil
            }
        }
        return groups
    }

    private static func group(_ digits: Substring) -> UInt16? {
        digits.count <= 4 && digits.allSatisfy { $0.isASCII && $0.isHexDigit } ? UInt16(digits, radix: 16) : nil
    }
}
