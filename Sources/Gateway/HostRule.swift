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
        switch self {
        case .any: return true
        case .only(let names): return names.contains { Self.isSame($0, Self.name(in: host)) }
        case .addresses:
            let name = Self.name(in: host)
            return Self.isSame("localhost", name) || name.hasPrefix("[") || Self.isIPv4(name)
        }
    }

    /// The host without its port.
    private static func name(in host: String) -> Substring {
        guard host.utf8.first != UInt8(ascii: "[") else {
            return host.utf8.firstIndex(of: UInt8(ascii: "]")).map { host[...$0] } ?? host[...]
        }
        return host.utf8.firstIndex(of: UInt8(ascii: ":")).map { host[..<$0] } ?? host[...]
    }

    /// Whether they are equal but for the case of ASCII letters. Costs no string and no call for each byte.
    private static func isSame(_ lowercased: String, _ name: Substring) -> Bool {
        let (expected, given) = (lowercased.utf8, name.utf8)
        let (one, other) = (expected.span, given.span)
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
