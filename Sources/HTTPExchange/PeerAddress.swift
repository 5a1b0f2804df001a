import Formats

/// The address of a peer as a 128-bit IPv6 address. An IPv4 address is mapped into `::ffff:0:0/96` (RFC 4291 §2.5.5.2). A peer on
/// a Unix socket has none: its user stands in place of it.
public struct PeerAddress: Hashable, Sendable {
    public enum Family: UInt8, Sendable {
        case ipv4
        case ipv6
        case unix
    }

    /// The first 64 bits.
    public let high: UInt64
    /// The last 64 bits.
    public let low: UInt64
    public let family: Family
    /// Dotted decimal for IPv4, the form of RFC 5952 for IPv6, and `uid:` with the number of a user. Made once, because the address of a connection is logged
    /// with each request.
    public let text: String

    /// The address of these bits.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
        family = Self.isIPv4(high, low) ? .ipv4 : .ipv6
        text = Self.text(high, low)
    }

    /// A peer on a Unix socket, by the number of its user. The bits are those of a multicast address, which no peer has
    /// (RFC 4291 §2.7), so that its ``subscriber`` is no other peer's.
    public init(user: UInt32) {
        high = 0xFF00 << 48 | UInt64(user)
        low = 0
        family = .unix
        text = "uid:\(user)"
    }

    /// An IPv4 address, given in host byte order.
    public init(ipv4 address: UInt32) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(address))
    }

    /// The server itself, which asks its own threads. It is no user's number.
    public static let server = PeerAddress(user: .max)

    /// Whether this is a mapped IPv4 address.
    public var isIPv4: Bool { family == .ipv4 }
    public var isUnix: Bool { family == .unix }

    /// 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        isIPv4 ? low & 0xFF00_0000 == 0x7F00_0000 : high == 0 && low == 1
    }

    /// A value for each subscriber: the whole IPv4 address, or the /64 of an IPv6 address, because a host can use any number
    /// of addresses of its /64 (RFC 7421), or the user.
    public var subscriber: UInt64 { isIPv4 ? low : high }
}

extension PeerAddress {
    private static func isIPv4(_ high: UInt64, _ low: UInt64) -> Bool { high == 0 && low >> 32 == 0xFFFF }

    private static func text(_ high: UInt64, _ low: UInt64) -> String {
        String(upTo: 39) { text in
            if isIPv4(high, low) {
                for place in stride(from: 24, through: 0, by: -8) {
                    text.append(decimal: UInt(low >> place & 0xFF))
                    if place > 0 { text.append(UInt8(ascii: ".")) }
                }
            } else {
                let gap = longestZeros(high, low)
                for index in 0..<8 where !gap.contains(index) {
                    if index == gap.upperBound { text.append(UInt8(ascii: ":")) }
                    if index > 0 { text.append(UInt8(ascii: ":")) }
                    text.append(shortestHexadecimal: group(index, high, low))
                }
                if gap.upperBound == 8, !gap.isEmpty {
                    for _ in 0..<2 { text.append(UInt8(ascii: ":")) }
                }
            }
        }
    }

    /// The longest run of two or more groups that are zero, of equally long ones the first (RFC 5952 §4.2); an empty range
    /// behind the last group if there is none.
    private static func longestZeros(_ high: UInt64, _ low: UInt64) -> Range<Int> {
        var (longest, start) = (8..<8, 0)
        for index in 0...8 where index == 8 || group(index, high, low) != 0 {
            if index - start >= 2, index - start > longest.count { longest = start..<index }
            start = index + 1
        }
        return longest
    }

    private static func group(_ index: Int, _ high: UInt64, _ low: UInt64) -> UInt16 {
        UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> (48 - 16 * (index & 3)))
    }
}

extension PeerAddress {
    /// Reads dotted decimal without leading zeros, or a form of RFC 4291 §2.2 without brackets and zone. Allocates only the
    /// address's own text.
    public init?(_ text: some StringProtocol) {
        let utf8 = Substring(text).utf8
        self.init(utf8.span)
    }

    /// Reads the bytes of a text as ``init(_:)-(StringProtocol)`` does.
    public init?(_ bytes: Span<UInt8>) {
        if let address = Self.ipv4(bytes) {
            self.init(ipv4: address)
        } else if let address = Self.ipv6(bytes) {
            self.init(high: UInt64(truncatingIfNeeded: address >> 64), low: UInt64(truncatingIfNeeded: address))
        } else {
            return nil
        }
    }

    private static func ipv4(_ bytes: Span<UInt8>) -> UInt32? {
        var (address, octet, digits, octets): (UInt32, UInt32, Int, Int) = (0, 0, 0, 1)
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == UInt8(ascii: "."), digits > 0, octets < 4 {
                (address, octet, digits, octets) = (address << 8 | octet, 0, 0, octets + 1)
            } else if byte.isDigit, digits == 0 || octet > 0 {
                (octet, digits) = (octet * 10 + UInt32(byte - UInt8(ascii: "0")), digits + 1)
                guard octet <= 255 else { return nil }
            } else {
                return nil
            }
        }
        return octets == 4 && digits > 0 ? address << 8 | octet : nil
    }

    private static func ipv6(_ bytes: Span<UInt8>) -> UInt128? {
        guard let gap = doubleColon(in: bytes) else {
            return groups(of: bytes, isEnd: true).flatMap { $0.count == 8 ? $0.value : nil }
        }
        guard let head = groups(of: bytes.extracting(..<gap), isEnd: false),
            let tail = groups(of: bytes.extracting((gap + 2)...), isEnd: true), head.count + tail.count < 8
        else { return nil }
        return head.count == 0 ? tail.value : head.value << (16 * (8 - head.count)) | tail.value
    }

    private static func doubleColon(in bytes: Span<UInt8>) -> Int? {
        for index in bytes.indices.dropLast()
        where bytes[index] == UInt8(ascii: ":") && bytes[index + 1] == UInt8(ascii: ":") {
            return index
        }
        return nil
    }

    /// The groups between colons. At the end of an address the last one may be dotted decimal, which counts as two.
    private static func groups(of bytes: Span<UInt8>, isEnd: Bool) -> (value: UInt128, count: Int)? {
        guard !bytes.isEmpty else { return (0, 0) }
        var (value, count, start): (UInt128, Int, Int) = (0, 0, 0)
        for index in bytes.indices where bytes[index] == UInt8(ascii: ":") {
            guard let group = group(bytes.extracting(start..<index)), count < 8 else { return nil }
            (value, count, start) = (value << 16 | group, count + 1, index + 1)
        }
        let last = bytes.extracting(start...)
        if let group = group(last), count < 8 { return (value << 16 | group, count + 1) }
        guard isEnd, count < 7, let address = ipv4(last) else { return nil }
        return (value << 32 | UInt128(address), count + 2)
    }

    private static func group(_ bytes: Span<UInt8>) -> UInt128? {
        guard (1...4).contains(bytes.count) else { return nil }
        var value: UInt128 = 0
        for index in bytes.indices {
            guard let digit = bytes[index].hexadecimalValue else { return nil }
            value = value << 4 | UInt128(digit)
        }
        return value
    }
}
