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
