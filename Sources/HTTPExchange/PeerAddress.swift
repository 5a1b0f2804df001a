/// The address of a peer as a 128-bit IPv6 address; IPv4 is mapped into `::ffff:0:0/96` (RFC 4291 §2.5.5.2).
public struct PeerAddress: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64
    /// Dotted decimal for IPv4; eight groups of hexadecimal digits for IPv6, none left out. Made once, because a
    /// connection's address is logged with each of its requests.
    public let text: String

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
        text = Self.text(high, low)
    }

    /// From an IPv4 address in host byte order.
    public init(ipv4 address: UInt32) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(address))
    }

    public var isIPv4: Bool { Self.isIPv4(high, low) }

    /// 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        isIPv4 ? low & 0xFF00_0000 == 0x7F00_0000 : high == 0 && low == 1
    }

    /// One value per subscriber: the whole IPv4 address, or the /64 of an IPv6 address, in which a host can take any
    /// number of addresses (RFC 7421).
    public var subscriber: UInt64 { isIPv4 ? low : high }
}

extension PeerAddress {
    private static func isIPv4(_ high: UInt64, _ low: UInt64) -> Bool { high == 0 && low >> 32 == 0xFFFF }

    private static func text(_ high: UInt64, _ low: UInt64) -> String {
        if isIPv4(high, low) { return (0..<4).map { String(low >> (24 - 8 * $0) & 0xFF) }.joined(separator: ".") }
        let groups = [high, low].flatMap { half in (0..<4).map { half >> (48 - 16 * $0) & 0xFFFF } }
        return groups.map { String($0, radix: 16) }.joined(separator: ":")
    }
}
