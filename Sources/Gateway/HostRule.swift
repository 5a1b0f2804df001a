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
        switch self {
        case .any: return true
        case .only(let names):
            for name in names where Self.isNamed(name, span) { return true }
            return false
        case .addresses:
            return Self.isNamed("localhost", span) || span[0] == UInt8(ascii: "[")
                || Self.isIPv4(Substring(bytes.prefix { $0 != UInt8(ascii: ":") }))
        }
    }

    /// Whether a host, perhaps with a port, is this one but for the case of ASCII letters. Costs no string and no call for
    /// each byte.
    private static func isNamed(_ lowercased: String, _ host: Span<UInt8>) -> Bool {
        let bytes = lowercased.utf8
        let name = bytes.span
        guard name.count == host.count || name.count < host.count && host[name.count] == UInt8(ascii: ":") else {
            return false
        }
        for index in name.indices {
            let byte = host[index]
            guard name[index] == (byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte) else {
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
