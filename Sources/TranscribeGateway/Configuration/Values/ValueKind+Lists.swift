import HTTPExchange

/// Some of the things there are, or all of them, also those that nobody listed.
enum Selection: Equatable, Sendable {
    case everything
    /// In the order written, each once.
    case only([String])
}

extension ValueKind where Value == Selection {
    /// Elements separated by commas, or `wildcard` alone; spaces around an element don't count.
    static func selection(
        _ elements: String, everything wildcard: String, element: @escaping @Sendable (String) -> String?
    ) -> Self {
        Self(allowed: "\(wildcard) or \(elements), separated by commas", isList: true) { text in
            if text == wildcard { return .everything }
            return list(of: text, element: element).map(Selection.only)
        }
    }

    private static func list(of text: String, element: (String) -> String?) -> [String]? {
        var elements: [String] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let element = element(part.trimmingSpaces) else { return nil }
            if !elements.contains(element) { elements.append(element) }
        }
        return elements
    }
}

extension Substring {
    var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

extension ValueKind where Value == [AddressRange] {
    /// At least one range of addresses.
    static let addressRanges = Self(
        allowed: "IPv4 or IPv6 addresses or ranges without bits below their prefix, such as 10.0.0.0/8, "
            + "separated by commas", isList: true
    ) { text in
        var ranges: [AddressRange] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let range = AddressRange(part.trimmingSpaces) else { return nil }
            ranges.append(range)
        }
        return ranges
    }

    /// The same, or `none`.
    static let addressRangesOrNone = Self(allowed: "none, or \(addressRanges.allowed)", isList: true) { text in
        text == "none" ? [] : addressRanges.parse(text)
    }
}

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
