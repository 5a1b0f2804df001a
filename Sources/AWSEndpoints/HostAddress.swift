import Formats
import HTTPExchange

/// IP addresses as hosts of URLs. libcurl and browsers take many spellings of one address and send the usual one.
enum HostAddress {
    /// Whether a name can only be an IPv4 address: its last part is a number (URL Standard, "ends in a number checker").
    static func isNumeric(_ name: String) -> Bool {
        guard let last = name.utf8.split(separator: UInt8(ascii: ".")).last else { return false }
        return last.allSatisfy(\.isDigit) || last.starts(with: "0x".utf8) && isHexadecimal(last.dropFirst(2))
    }

    /// `127.0.0.1`, for `127.1` and `0x7f000001` too; nil for what is no address. A part with a leading zero is not taken:
    /// some programs read it as octal.
    static func ipv4(_ text: String) -> String? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let numbers = parts.compactMap(number)
        guard numbers.count == parts.count, (1...4).contains(numbers.count), let last = numbers.last else { return nil }
        let leading = numbers.dropLast()
        // The last part stands for all bytes that are left (inet_aton(3)).
        let rest = 4 - leading.count
        guard leading.allSatisfy({ $0 < 256 }), last >> (8 * UInt64(rest)) == 0 else { return nil }
        let bytes = leading + (0..<rest).reversed().map { last >> (8 * UInt64($0)) & 0xFF }
        return bytes.map { String($0) }.joined(separator: ".")
    }

    private static func number(_ part: Substring.UTF8View) -> UInt64? {
        if part.starts(with: "0x".utf8) {
            let digits = part.dropFirst(2)
            guard (1...8).contains(digits.count), isHexadecimal(digits) else { return nil }
            return digits.reduce(0) { $0 << 4 | UInt64($1.hexadecimalValue ?? 0) }
        }
        let isDecimal = part.allSatisfy(\.isDigit) && (part.count == 1 || part.first != UInt8(ascii: "0"))
        return isDecimal ? UInt64(Substring(part)) : nil
    }

    private static func isHexadecimal(_ digits: Substring.UTF8View) -> Bool {
        digits.allSatisfy { $0.hexadecimalValue != nil }
    }

    /// `::1`, for `0:0:0:0:0:0:0:1` too (RFC 5952 §4), and the IPv4 address for one that is mapped into IPv6; nil for what is
    /// no IPv6 address.
    static func ipv6(_ text: String) -> String? {
        guard text.utf8.contains(UInt8(ascii: ":")), let address = PeerAddress(text) else { return nil }
        return address.text
    }
}
