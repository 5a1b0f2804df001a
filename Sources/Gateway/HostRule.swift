/// Which `Host` values a listener answers for: the guard against DNS rebinding, by which a page of a stranger reaches a
/// server in the reader's own network under the stranger's name.
public enum HostRule: Sendable {
    case any
    /// These names, compared without their ports, in any case.
    case only(Set<String>)
    /// `localhost` and whatever is an address: a rebinding attack needs a name.
    case addresses

    /// - Parameter host: the value of `Host`; empty if the request has none, which only HTTP/1.0 may do.
    func admits(_ host: String) -> Bool {
        switch self {
        case .any: return true
        case .only(let names): return names.contains(Self.name(in: host))
        case .addresses:
            let name = Self.name(in: host)
            return name.isEmpty || name == "localhost" || name.hasPrefix("[") || Self.isIPv4(name)
        }
    }

    /// The host without its port, in lower case.
    private static func name(in host: String) -> String {
        let host = host.lowercased()
        if host.hasPrefix("[") { return host.firstIndex(of: "]").map { String(host[...$0]) } ?? host }
        return host.firstIndex(of: ":").map { String(host[..<$0]) } ?? host
    }

    /// Four decimal numbers: no public suffix is a number, so no registered name looks like this.
    private static func isIPv4(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
