/// The parts of an HTTP request that a signature covers, as they are sent.
public struct SigningRequest: Sendable {
    /// The method, in capitals.
    public var method: String
    /// Path and query as in the request line.
    public var target: String
    /// The header lines in order, with names in any case. `Host` must be among them (see ``host(_:port:scheme:)``).
    /// A signer signs all but a few of them, so they must not be changed afterwards.
    public var headers: [(name: String, value: String)]
    /// The body's bytes as they are sent.
    public var body: [UInt8]

    /// A request as it is sent.
    public init(
        method: String, target: String = "/", headers: [(name: String, value: String)], body: [UInt8] = []
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }
}

extension SigningRequest {
    /// The same request with every header name in lower case.
    func lowercasingNames() -> SigningRequest {
        var request = self
        request.headers = headers.map { ($0.name.lowercased(), $0.value) }
        return request
    }

    /// The values of the lines with exactly this name, in order.
    func values(of name: String) -> [String] {
        headers.compactMap { $0.name == name ? $0.value : nil }
    }
}

extension SigningRequest {
    /// The `Host` value that an HTTP client sends for an origin, which therefore has to be signed: in lower case, an IPv6
    /// address in brackets, the port only if it isn't the scheme's default (RFC 9110 §7.2, §4.2.3).
    public static func host(_ name: String, port: Int? = nil, scheme: String) -> String {
        let isBareIPv6 = name.utf8.contains(UInt8(ascii: ":")) && name.utf8.first != UInt8(ascii: "[")
        let host = isBareIPv6 ? "[\(name)]" : name
        guard let port, port != defaultPorts[scheme.lowercased()] else { return host.lowercased() }
        return "\(host.lowercased()):\(port)"
    }

    private static let defaultPorts = ["http": 80, "https": 443]
}
