import Gateway
import HTTPExchange

extension ValueKind {
    /// Elements separated by commas, in the order written, each once. Spaces around an element don't count.
    ///
    /// - Parameters:
    ///   - elements: what the elements are, in the plural.
    ///   - element: reads one element; `nil` if its text isn't allowed.
    static func list<Element: Equatable>(
        _ elements: String, element: @escaping @Sendable (String) -> Element?
    ) -> Self where Value == [Element] {
        Self(allowed: "\(elements), separated by commas", isList: true) { text in
            var list: [Element] = []
            for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                guard let element = element(String(Substring(part.trimmingSpaces))) else { return nil }
                if !list.contains(element) { list.append(element) }
            }
            return list
        }
    }
}

extension Substring.UTF8View {
    fileprivate var trimmingSpaces: Substring.UTF8View {
        let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") }
        guard let last = lastIndex(where: { !isSpace($0) }) else { return self[endIndex...] }
        return self[...last].drop(while: isSpace)
    }
}

extension ValueKind where Value == [AddressRange] {
    /// At least one range of addresses.
    static let addressRanges = list(
        "IP addresses or ranges without bits below their prefix, such as 10.0.0.0/8", element: AddressRange.init)
}

extension ValueKind where Value == HostRule {
    /// The `Host` values a listener accepts, in small letters and without their port (RFC 9110 §7.2).
    static let hosts = ValueKind<[String]?>.optional(.hostNames, as: "*").map { $0.map(HostRule.only) ?? .any }
}

extension ValueKind where Value == [String] {
    /// Names or addresses in small letters, without a port.
    static let hostNames = list("host names without a port", element: host)

    private static func host(_ text: String) -> String? {
        let host = text.lowercasedASCII
        if host.utf8.first == UInt8(ascii: "[") { return PeerAddress(host.withoutBrackets) == nil ? nil : host }
        return (1...253).contains(host.utf8.count) && host.utf8.allSatisfy(nameBytes.contains) ? host : nil
    }

    private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyz0123456789-._".utf8)
}

/// Where a listener binds: an address, never a name, so that a start needs no resolver.
struct ListenAddress: Equatable, Sendable {
    /// Without brackets; IPv6 in the form of RFC 5952.
    let text: String
    let isLoopback: Bool
}

extension ValueKind where Value == ListenAddress {
    /// An address, with or without brackets, or `localhost`, which always means 127.0.0.1 here.
    static let listenAddress = Self(allowed: "an IPv4 or IPv6 address, or localhost") { text in
        let address = text == "localhost" ? "127.0.0.1" : text.withoutBrackets
        return PeerAddress(address).map { peer in
            // A listener at a mapped IPv4 address has a socket of IPv6, and its address stays one.
            ListenAddress(text: peer.isIPv4 ? address : peer.text, isLoopback: peer.isLoopback)
        }
    }
}

extension String {
    fileprivate var withoutBrackets: String {
        guard utf8.count > 2, utf8.first == UInt8(ascii: "["), utf8.last == UInt8(ascii: "]") else { return self }
        return String(Substring(utf8.dropFirst().dropLast()))
    }
}
