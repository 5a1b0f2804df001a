import Formats

/// The origin of a URL (RFC 6454 §4): scheme, host and port, in lower case, without a port that is the scheme's own.
///
/// Only what every client reads alike is taken, so that a request cannot go to another host than the one checked here.
package struct Origin: Hashable, Sendable {
    /// The schemes that AWS's endpoints have.
    package enum Scheme: String, Sendable {
        case https, http

        /// The port of a URL that names none (RFC 9110 §4.2).
        var defaultPort: Int { self == .https ? 443 : 80 }
    }

    package let scheme: Scheme
    /// A name, an IPv4 address, or an IPv6 address without its brackets. An address is in its usual spelling, which is the
    /// one that HTTP clients send and that therefore has to be signed.
    package let host: String
    /// Nil if it is the scheme's own.
    package let port: Int?

    /// Reads `scheme://host[:port][/]`. Nil for anything else: a path would have to be signed, and a password would
    /// stand in logs.
    package init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        guard let origin = Origin(readingFrom: &rest), rest.isEmpty || rest.elementsEqual("/".utf8) else { return nil }
        self = origin
    }

    /// What a setting may hold, as the end of the sentence "… must be …".
    package static let allowed =
        "a URL of scheme, host and port only, such as https://localhost:8443 or http://127.0.0.1:4566"

    /// The value of `Host` in requests to this origin: host, and port unless it is the scheme's own.
    package var authority: String {
        let literal = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port.map { "\(literal):\($0)" } ?? literal
    }

    /// The URL without a path: `https://localhost:8443`.
    package var url: String { "\(scheme.rawValue)://\(authority)" }
}

extension Origin {
    /// Whether the host is this machine: `localhost` or a literal loopback address. Names are not resolved, because a
    /// DNS server could answer with any address.
    package var isLoopback: Bool { host == "localhost" || host == "::1" || isLoopbackIPv4 }

    /// An address in 127.0.0.0/8.
    private var isLoopbackIPv4: Bool { host.utf8.starts(with: "127.".utf8) && HostAddress.isNumeric(host) }
}

extension Origin {
    /// Reads the origin that a URL begins with and leaves what follows it.
    fileprivate init?(readingFrom url: inout ArraySlice<UInt8>) {
        guard let scheme = Self.scheme(readingFrom: &url), let host = Self.host(readingFrom: &url),
            let port = Self.port(readingFrom: &url, default: scheme.defaultPort)
        else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port == scheme.defaultPort ? nil : port
    }

    private static func scheme(readingFrom url: inout ArraySlice<UInt8>) -> Scheme? {
        for scheme in [Scheme.https, .http] {
            let start = Array("\(scheme.rawValue)://".utf8)
            guard url.prefix(start.count).map(\.lowercased) == start else { continue }
            url.removeFirst(start.count)
            return scheme
        }
        return nil
    }

    /// A name (RFC 952, and `_`, which names in container networks have), or an address, IPv6 in brackets. Whether the name
    /// has an address is left to the resolver.
    private static func host(readingFrom url: inout ArraySlice<UInt8>) -> String? {
        let isLiteral = url.first == UInt8(ascii: "[")
        if isLiteral { url.removeFirst() }
        let allowed = isLiteral ? addressCharacters : nameCharacters
        let host = url.prefix { allowed.contains($0) }
        url.removeFirst(host.count)
        guard !host.isEmpty, host.count <= 255 else { return nil }
        let text = String(decoding: host.map(\.lowercased), as: UTF8.self)
        guard isLiteral else { return HostAddress.isNumeric(text) ? HostAddress.ipv4(text) : text }
        guard url.popFirst() == UInt8(ascii: "]") else { return nil }
        return HostAddress.ipv6(text)
    }

    private static let nameCharacters = ASCIISet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_")
    private static let addressCharacters = ASCIISet("0123456789ABCDEFabcdef:.")

    private static func port(readingFrom url: inout ArraySlice<UInt8>, default: Int) -> Int? {
        guard url.first == UInt8(ascii: ":") else { return `default` }
        url.removeFirst()
        let digits = url.prefix(while: \.isDigit)
        url.removeFirst(digits.count)
        guard digits.count <= 5, let port = Int(String(decoding: digits, as: UTF8.self)), (1...65_535).contains(port)
        else { return nil }
        return port
    }
}

/// An absolute URL: an origin, and perhaps a path with a query.
package struct EndpointURL: Sendable {
    package let origin: Origin
    /// Begins with a slash, or is empty.
    package let pathAndQuery: String

    /// Nil for what has a user name, a fragment, a byte that is not visible ASCII, or no host.
    package init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        guard let origin = Origin(readingFrom: &rest), rest.isEmpty || rest.first == UInt8(ascii: "/"),
            rest.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") })
        else { return nil }
        self.origin = origin
        pathAndQuery = String(decoding: rest, as: UTF8.self)
    }

    /// The URL with its origin in the usual spelling.
    package var text: String { origin.url + pathAndQuery }
}
