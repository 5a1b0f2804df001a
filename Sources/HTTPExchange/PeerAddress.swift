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

extension PeerAddress {
    /// Reads dotted decimal without leading zeros, or a form of RFC 4291 §2.2 without brackets and zone. Allocates nothing
    /// but the address's own text.
    public init?(_ text: some StringProtocol) {
        self.init(utf8: Substring(text).utf8)
    }

    private init?(utf8 bytes: Substring.UTF8View) {
        if let address = Self.ipv4(bytes) {
            self.init(ipv4: address)
        } else if let address = Self.ipv6(bytes) {
            self.init(high: UInt64(truncatingIfNeeded: address >> 64), low: UInt64(truncatingIfNeeded: address))
        } else {
            return nil
        }
    }

    private static func ipv4(_ bytes: Substring.UTF8View) -> UInt32? {
        var (address, octet, digits, octets): (UInt32, UInt32, Int, Int) = (0, 0, 0, 1)
        for byte in bytes {
            if byte == UInt8(ascii: "."), digits > 0, octets < 4 {
                (address, octet, digits, octets) = (address << 8 | octet, 0, 0, octets + 1)
            } else if let digit = byte.decimalDigit, digits == 0 || octet > 0 {
                (octet, digits) = (octet * 10 + digit, digits + 1)
                guard octet <= 255 else { return nil }
            } else {
                return nil
            }
        }
        return octets == 4 && digits > 0 ? address << 8 | octet : nil
    }

    private static func ipv6(_ bytes: Substring.UTF8View) -> UInt128? {
        guard let gap = doubleColon(in: bytes) else {
            return groups(of: bytes, isEnd: true).flatMap { $0.count == 8 ? $0.value : nil }
        }
        guard let head = groups(of: bytes[..<gap], isEnd: false),
            let tail = groups(of: bytes[bytes.index(gap, offsetBy: 2)...], isEnd: true), head.count + tail.count < 8
        else { return nil }
        return head.count == 0 ? tail.value : head.value << (16 * (8 - head.count)) | tail.value
    }

    private static func doubleColon(in bytes: Substring.UTF8View) -> Substring.UTF8View.Index? {
        bytes.indices.first { bytes[$0...].starts(with: "::".utf8) }
    }

    /// The groups between colons; only the last one of an address may be dotted decimal and counts as two then.
    private static func groups(of bytes: Substring.UTF8View, isEnd: Bool) -> (value: UInt128, count: Int)? {
        guard !bytes.isEmpty else { return (0, 0) }
        var (value, count, rest): (UInt128, Int, Substring.UTF8View) = (0, 0, bytes)
        while let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
            guard let group = group(rest[..<colon]), count < 8 else { return nil }
            (value, count) = (value << 16 | group, count + 1)
            rest = rest[rest.index(after: colon)...]
        }
        if let last = group(rest), count < 8 { return (value << 16 | last, count + 1) }
        guard isEnd, count < 7, let last = ipv4(rest) else { return nil }
        return (value << 32 | UInt128(last), count + 2)
    }

    private static func group(_ bytes: Substring.UTF8View) -> UInt128? {
        var (value, count): (UInt128, Int) = (0, 0)
        for byte in bytes {
            guard let digit = byte.hexadecimalDigit, count < 4 else { return nil }
            (value, count) = (value << 4 | UInt128(digit), count + 1)
        }
        return count > 0 ? value : nil
    }
}

extension UInt8 {
    fileprivate var decimalDigit: UInt32? { self >= 0x30 && self <= 0x39 ? UInt32(self) - 0x30 : nil }

    fileprivate var hexadecimalDigit: UInt32? {
        let letter = self | 0x20
        return decimalDigit ?? (letter >= 0x61 && letter <= 0x66 ? UInt32(letter) - 0x61 + 10 : nil)
    }
}
