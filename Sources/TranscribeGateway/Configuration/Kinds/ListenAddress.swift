import HTTPExchange

/// Where a listener binds: an address, never a name, so that starting asks no resolver.
struct ListenAddress: Equatable, Sendable {
    /// Without brackets.
    let text: String
    let isLoopback: Bool
}

extension ValueKind where Value == ListenAddress {
    /// An address, with or without brackets, or `localhost`, which always means 127.0.0.1 here.
    static let listenAddress = Self(allowed: "an IPv4 or IPv6 address, or localhost") { text in
        let address = text == "localhost" ? "127.0.0.1" : text.withoutBrackets
        return PeerAddress(address).map { ListenAddress(text: address, isLoopback: $0.isLoopback) }
    }
}

extension ValueKind where Value == Selection {
    /// The `Host` values a listener answers to, in small letters and without their port (RFC 9110 §7.2).
    static let hosts = selection("host names without a port", everything: "*") { text in
        let host = text.lowercased()
        if host.hasPrefix("[") { return PeerAddress(host.withoutBrackets) == nil ? nil : host }
        let isName = host.utf8.allSatisfy { Self.nameBytes.contains($0) }
        return (1...253).contains(host.utf8.count) && isName ? host : nil
    }

    private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyz0123456789-._".utf8)
}

extension String {
    fileprivate var withoutBrackets: String {
        hasPrefix("[") && hasSuffix("]") && count > 2 ? String(dropFirst().dropLast()) : self
    }
}
