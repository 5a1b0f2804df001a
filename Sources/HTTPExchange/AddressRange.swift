import Formats

/// The addresses that share a prefix (CIDR: RFC 4632 §3.1, RFC 4291 §2.3). A range of IPv4 holds IPv4 addresses only,
/// also where a socket gives them as mapped into IPv6; a range of IPv6 holds none of those.
public struct AddressRange: Hashable, Sendable {
    private let isIPv4: Bool
    private let high: UInt64
    private let low: UInt64
    private let highMask: UInt64
    private let lowMask: UInt64

    /// Reads `ADDRESS/LENGTH`, or an address alone. Nil if it is neither, or if the address has bits below the prefix:
    /// `10.1.2.3/8` could mean the one or the other.
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

    /// - Parameter length: of the prefix, in bits of the address as an IPv6 one.
    private init?(_ address: PeerAddress, length: Int) {
        highMask = ~0 << max(0, 64 - length)
        lowMask = ~0 << min(64, 128 - length)
        (high, low) = (address.high, address.low)
        isIPv4 = address.isIPv4 && length >= 96
        guard high & ~highMask == 0, low & ~lowMask == 0 else { return nil }
    }

    /// Takes the same few instructions for every address.
    public func contains(_ address: PeerAddress) -> Bool {
        let difference = (address.high ^ high) & highMask | (address.low ^ low) & lowMask
        return difference == 0 && address.isIPv4 == isIPv4
    }

    /// A number without zeros in front.
    private static func length(_ bytes: Span<UInt8>) -> Int? {
        guard bytes.count == 1 || bytes.firstIndex(of: UInt8(ascii: "0")) != 0 else { return nil }
        return bytes.decimalValue
    }
}
