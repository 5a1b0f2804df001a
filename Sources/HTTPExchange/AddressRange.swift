import Formats

/// The addresses that share a prefix (CIDR: RFC 4632 §3.1, RFC 4291 §2.3). A range of IPv4 holds only IPv4 addresses, which
/// a socket may give as mapped into IPv6. A range of IPv6 does not hold mapped addresses. Neither holds a peer on a Unix socket.
public struct AddressRange: Hashable, Sendable {
    /// All peers on Unix sockets.
    public static let unix = AddressRange(family: .unix)

    private let family: PeerAddress.Family
    private let high: UInt64
    private let low: UInt64
    private let highMask: UInt64
    private let lowMask: UInt64

    /// Reads `ADDRESS/LENGTH`, or an address alone. Nil for another text, and for an address with bits after the prefix,
    /// because `10.1.2.3/8` could mean the address or the network.
    public init?(_ text: some StringProtocol) {
        let utf8 = Substring(text).utf8
        let bytes = utf8.span
        let slash = bytes.firstIndex(of: UInt8(ascii: "/"))
        guard let address = PeerAddress(bytes.extracting(..<(slash ?? bytes.count))) else { return nil }
        let width = address.isIPv4 && bytes.firstIndex(of: UInt8(ascii: ":")) == nil ? 32 : 128
        guard let length = slash.map({ Self.length(bytes.extracting(($0 + 1)...)) }) ?? width, length <= width else {
            return nil
        }
        self.init(address, length: 128 - width + length)
    }

    /// All of one family.
    private init(family: PeerAddress.Family) {
        self.family = family
        (high, low, highMask, lowMask) = (0, 0, 0, 0)
    }

    /// - Parameter length: the length of the prefix in bits of the 128-bit address.
    private init?(_ address: PeerAddress, length: Int) {
        highMask = ~0 << max(0, 64 - length)
        lowMask = ~0 << min(64, 128 - length)
        (high, low) = (address.high, address.low)
        family = address.isIPv4 && length >= 96 ? .ipv4 : .ipv6
        guard high & ~highMask == 0, low & ~lowMask == 0 else { return nil }
    }

    /// Whether the range holds an address. Takes the same few instructions for every address.
    public func contains(_ address: PeerAddress) -> Bool {
        let difference = (address.high ^ high) & highMask | (address.low ^ low) & lowMask
        return difference == 0 && address.family == family
    }

    /// A number without zeros in front.
    private static func length(_ bytes: Span<UInt8>) -> Int? {
        guard bytes.count == 1 || bytes.firstIndex(of: UInt8(ascii: "0")) != 0 else { return nil }
        return bytes.decimalValue
    }
}
