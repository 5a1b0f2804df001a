/// Which `Host` values a listener answers for: the guard against DNS rebinding, by which a page of a stranger reaches a
/// server in the reader's own network under the stranger's name.
public enum HostRule: Sendable {
    case any
    /// These names, in small letters, compared without the port, in any case.
    case only([String])
    /// `localhost` and whatever is an address: a rebinding attack needs a name.
    case addresses

    /// - Parameter host: the value of `Host`; empty if the request has none, which only HTTP/1.0 may do, and no browser.
    func admits(_ host: String) -> Bool {
        if host.isEmpty { return true }
        let bytes = host.utf8
        let span = bytes.span
        let name = Self.name(in: span)
        switch self {
        case .any: return true
        case .only(let names):
            for expected in names where Self.isSame(expected, span.extracting(name)) { return true }
            return false
        case .addresses:
            return Self.isSame("localhost", span.extracting(name)) || span[0] == UInt8(ascii: "[")
                || Self.isIPv4(Substring(bytes.prefix(name.upperBound)))
        }
    }

    /// Where in a host and port the host stands.
    private static func name(in host: Span<UInt8>) -> Range<Int> {
        let isBracketed = host[0] == UInt8(ascii: "[")
        let mark = isBracketed ? UInt8(ascii: "]") : UInt8(ascii: ":")
        for index in host.indices where host[index] == mark { return 0..<(isBracketed ? index + 1 : index) }
        return 0..<host.count
    }

    /// Whether they are equal but for the case of ASCII letters. Costs no string and no call for each byte.
    private static func isSame(_ lowercased: String, _ other: Span<UInt8>) -> Bool {
        let expected = lowercased.utf8
        let one = expected.span
        guard one.count == other.count else { return false }
        for index in one.indices {
            let byte = other[index]
            guard one[index] == (byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte) else {
                return false
            }
        }
        return true
    }

    /// Four decimal numbers: no public suffix is a number, so no registered name looks like this.
    private static func isIPv4(_ name: Substring) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
