public import HTTPExchange

/// Who may ask, and whose word counts about who asks.
public struct ClientRule: Sendable {
    /// Peers that pass on the requests of others and write `X-Forwarded-For`.
    public var trustedProxies: [AddressRange]
    /// The clients that are answered; nil is everybody.
    public var allowed: [AddressRange]?

    public init(trustedProxies: [AddressRange], allowed: [AddressRange]?) {
        self.trustedProxies = trustedProxies
        self.allowed = allowed
    }

    func trusts(_ peer: PeerAddress) -> Bool { trustedProxies.contains { $0.contains(peer) } }

    func admits(_ client: PeerAddress) -> Bool { allowed?.contains { $0.contains(client) } ?? true }

    /// The client behind a trusted proxy. Each proxy adds at the right end whom it had the request from, so the field is
    /// read from there, past the proxies that are trusted: what stands further left can be of the client's invention. If
    /// all are trusted, the leftmost one asks; if one is no address, the proxy itself counts.
    ///
    /// `Forwarded` (RFC 7239) is not read: most proxies that write the one field let the other pass as the client sent it.
    ///
    /// - Parameter hops: the value of `X-Forwarded-For`.
    func client(behind proxy: PeerAddress, forwardedFor hops: String) -> PeerAddress {
        var client = proxy
        var rest = hops[...]
        while true {
            let comma = rest.lastIndex(of: ",")
            guard let hop = PeerAddress(hop: rest[(comma.map(rest.index(after:)) ?? rest.startIndex)...]) else {
                return proxy
            }
            client = hop
            guard let comma, trusts(hop) else { return client }
            rest = rest[..<comma]
        }
    }
}

extension PeerAddress {
    /// An element of `X-Forwarded-For`: an address, in brackets or not, and perhaps a port, which some proxies write.
    fileprivate init?(hop: Substring) {
        let hop = hop.trimmingBlanks
        if hop.first == "[" {
            guard let end = hop.firstIndex(of: "]"), hop[hop.index(after: end)...].isEmptyOrPort else { return nil }
            self.init(hop[hop.index(after: hop.startIndex)..<end])
        } else if let colon = hop.firstIndex(of: ":"), hop[colon...].isEmptyOrPort, hop[..<colon].contains(".") {
            self.init(hop[..<colon])
        } else {
            self.init(hop)
        }
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        guard let last = lastIndex(where: { !isBlank($0) }) else { return "" }
        return self[...last].drop(while: isBlank)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    fileprivate var isEmptyOrPort: Bool {
        isEmpty || first == ":" && dropFirst().utf8.allSatisfy(Self.isDigit) && UInt16(dropFirst()) != nil
    }
}

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
