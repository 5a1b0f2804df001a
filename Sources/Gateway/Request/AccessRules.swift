import Formats
public import HTTPExchange
import HTTPTypes

/// Which clients are answered, and which peers may name the client that they forward for.
public struct ClientRule: Sendable {
    /// Proxies whose `X-Forwarded-For` is believed, perhaps all peers on a Unix socket among them.
    public var trustedProxies: [AddressRange]
    /// The clients that are answered; nil is every client. A user of a Unix socket is let in by the rights of its file.
    public var allowed: [AddressRange]?

    public init(trustedProxies: [AddressRange], allowed: [AddressRange]?) {
        self.trustedProxies = trustedProxies
        self.allowed = allowed
    }

    func trusts(_ peer: PeerAddress) -> Bool { trustedProxies.contains { $0.contains(peer) } }

    func admits(_ client: PeerAddress) -> Bool {
        guard let allowed, !client.isUnix else { return true }
        return allowed.contains { $0.contains(client) }
    }

    /// The address that the request counts for: the peer's, or behind a trusted proxy the client's.
    func client(of request: borrowing Request) throws(UnreadableHop) -> PeerAddress {
        let peer = request.peer
        guard trusts(peer), let hops = request[.xForwardedFor] else { return peer }
        return try client(forwardedFor: hops)
    }

    /// Whether a peer that is no trusted proxy says that it forwards the request.
    func isForwardedByStranger(_ request: borrowing Request) -> Bool {
        request[.xForwardedFor] != nil && !trusts(request.peer)
    }

    /// The client behind a trusted proxy. Each proxy appends the address it received the request from, so the field is read
    /// from its right end, past the proxies that are trusted: the client can have written what stands further left. If all
    /// are trusted, the leftmost one is the client.
    ///
    /// What a trusted proxy appended has to be an address. If the proxy itself counted as the client where it is none, a
    /// client whose address it fails to write would have the proxy's rights and the proxy's limit.
    ///
    /// `Forwarded` (RFC 7239) is not read: most proxies that write the one field let the other pass as the client sent it.
    ///
    /// - Parameter hops: the value of `X-Forwarded-For`.
    func client(forwardedFor hops: String) throws(UnreadableHop) -> PeerAddress {
        let utf8 = hops.utf8
        let bytes = utf8.span
        var end = bytes.count
        var position = 1
        while true {
            var start = end
            while start > 0, bytes[start - 1] != UInt8(ascii: ",") { start -= 1 }
            guard let hop = PeerAddress(hop: bytes.extracting(start..<end)) else {
                throw UnreadableHop(position: position)
            }
            guard start > 0, trusts(hop) else { return hop }
            end = start - 1
            position += 1
        }
    }
}

/// An element of `X-Forwarded-For` that a trusted proxy appended and that is no address.
struct UnreadableHop: Error, Equatable {
    /// Counted from the right end of the field, from 1.
    let position: Int
}

extension HTTPField.Name {
    fileprivate static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!
}

extension PeerAddress {
    /// An element of `X-Forwarded-For`: an address, in brackets or not, and perhaps a port, which some proxies write.
    fileprivate init?(hop bytes: Span<UInt8>) {
        var (start, end) = (0, bytes.count)
        while start < end, bytes[start].isBlank { start += 1 }
        while start < end, bytes[end - 1].isBlank { end -= 1 }
        let hop = bytes.extracting(start..<end)
        if !hop.isEmpty, hop[0] == UInt8(ascii: "[") {
            guard let end = hop.firstIndex(of: UInt8(ascii: "]")), hop.extracting((end + 1)...).isEmptyOrPort else {
                return nil
            }
            self.init(hop.extracting(1..<end))
        } else if let colon = hop.firstIndex(of: UInt8(ascii: ":")), hop.extracting(colon...).isEmptyOrPort,
            hop.extracting(..<colon).firstIndex(of: UInt8(ascii: ".")) != nil
        {
            self.init(hop.extracting(..<colon))
        } else {
            self.init(hop)
        }
    }
}

extension Span<UInt8> {
    fileprivate var isEmptyOrPort: Bool { isEmpty || count > 1 && HostRule.isEmptyOrPort(self) }
}

/// Which `Host` values a listener answers for. The rule guards against DNS rebinding: a page of another site could reach a
/// server in the reader's network under the name of its own site.
public enum HostRule: Sendable {
    case any
    /// These names, which are in lower case. The port and the case of a request's value do not count.
    case only([String])
    /// `localhost`, every address, for a rebinding attack needs a name, and these names, which are in lower case.
    case addresses(and: [String])

    /// - Parameter host: the value of `Host`; empty if the request has none, which only HTTP/1.0 may do, and no browser.
    func admits(_ host: String) -> Bool {
        if host.isEmpty { return true }
        let bytes = host.utf8
        let span = bytes.span
        switch self {
        case .any: return true
        case .only(let names): return Self.isOne(of: names, span)
        case .addresses(let names):
            return Self.isNamed("localhost", span) || Self.isAddress(Substring(host).utf8)
                || Self.isOne(of: names, span)
        }
    }

    private static func isOne(of names: [String], _ host: Span<UInt8>) -> Bool {
        for name in names where isNamed(name, host) { return true }
        return false
    }

    /// Whether a host, perhaps with a port, is this one but for the case of ASCII letters. Costs no string and no call for
    /// each byte.
    private static func isNamed(_ lowercased: String, _ host: Span<UInt8>) -> Bool {
        let bytes = lowercased.utf8
        let name = bytes.span
        guard name.count <= host.count else { return false }
        for index in name.indices {
            guard name[index] == host[index].lowercased else { return false }
        }
        return isEmptyOrPort(host.extracting(name.count...))
    }

    /// Nothing, or a colon and a port, which may be empty (RFC 3986 §3.2.3).
    fileprivate static func isEmptyOrPort(_ rest: Span<UInt8>) -> Bool {
        guard !rest.isEmpty else { return true }
        guard rest[0] == UInt8(ascii: ":") else { return false }
        let digits = rest.extracting(1...)
        for index in digits.indices where !digits[index].isDigit { return false }
        guard digits.count > 4 else { return true }
        var port = 0
        for index in digits.indices {
            guard port <= 0xFFFF else { return false }
            port = port * 10 + Int(digits[index] - UInt8(ascii: "0"))
        }
        return port <= 0xFFFF
    }

    /// An IPv4 address, or an IPv6 address in brackets, perhaps with a port.
    private static func isAddress(_ host: Substring.UTF8View) -> Bool {
        guard host.first == UInt8(ascii: "[") else {
            let name = host.prefix { $0 != UInt8(ascii: ":") }
            return isIPv4(name) && isEmptyOrPort(host[name.endIndex...].span)
        }
        guard let end = host.firstIndex(of: UInt8(ascii: "]")) else { return false }
        return PeerAddress(Substring(host[..<end].dropFirst())) != nil
            && isEmptyOrPort(host[host.index(after: end)...].span)
    }

    /// Four decimal numbers: no public suffix is a number, so no registered name looks like this.
    private static func isIPv4(_ name: Substring.UTF8View) -> Bool {
        let parts = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { $0.allSatisfy(\.isDigit) && UInt8(Substring($0)) != nil }
    }
}
