/// The parts of an HTTP request that a signature covers, exactly as they go over the wire.
public struct SigningRequest: Sendable {
    /// The method, in capitals.
    public var method: String
    /// Path and query as in the request line.
    public var target: String
    /// The header lines, in order; names in any case. `Host` must be among them (see ``host(_:port:scheme:)``).
    /// For a signer: only lines that nothing on the way will change, since all but a few are signed.
    public var headers: [(name: String, value: String)]
    /// The body's bytes after any encoding.
    public var body: [UInt8]

    /// A request as it goes over the wire.
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
    /// The `Host` value that an HTTP client sends for an origin, and so the one to sign: lower case, an IPv6 address in
    /// brackets, the port only where it isn't the scheme's default (RFC 9110 §7.2, §4.2.3).
    public static func host(_ name: String, port: Int? = nil, scheme: String) -> String {
        let host = name.contains(":") && !name.hasPrefix("[") ? "[\(name)]" : name
        guard let port, port != defaultPorts[scheme.lowercased()] else { return host.lowercased() }
        return "\(host.lowercased()):\(port)"
    }

    private static let defaultPorts = ["http": 80, "https": 443]
}
