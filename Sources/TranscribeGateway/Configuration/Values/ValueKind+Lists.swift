import Gateway
import HTTPExchange
import MicroHTTPD

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
    private static let ranges = "IP addresses or ranges without bits below their prefix, such as 10.0.0.0/8"

    /// At least one range of addresses.
    static let addressRanges = list(ranges, element: AddressRange.init)

    /// The same, with `unix` for all peers on a Unix socket.
    static let peers = list("\(ranges), or unix") { $0 == "unix" ? .unix : AddressRange($0) }
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

/// Where a listener binds: an address, never a name, so that a start needs no resolver, or the file of a Unix socket.
struct ListenAddress: Equatable, Sendable {
    fileprivate static let unixPrefix = "unix:"

    /// Without brackets; IPv6 in the form of RFC 5952. Of a Unix socket `unix:` and the path.
    let text: String
    let isLoopback: Bool

    /// The path of a Unix socket; nil for an address.
    var path: String? {
        guard text.utf8.starts(with: Self.unixPrefix.utf8) else { return nil }
        return String(text.utf8.dropFirst(Self.unixPrefix.utf8.count))
    }

    func server(port: UInt16) -> ServerAddress {
        path.map { .unix(path: $0) } ?? .network(host: text, port: port)
    }
}

extension ValueKind where Value == ListenAddress {
    /// An address, with or without brackets, or `localhost`, which always means 127.0.0.1 here, or the file of a Unix socket.
    static let listenAddress = Self(
        allowed: "an IPv4 or IPv6 address, localhost, or unix: and the path of a socket, which begins with / and has "
            + "\(ServerAddress.longestPath) bytes at most"
    ) { text in
        if let path = ListenAddress(text: text, isLoopback: false).path {
            return isSocketPath(path) ? ListenAddress(text: text, isLoopback: false) : nil
        }
        let address = text == "localhost" ? "127.0.0.1" : text.withoutBrackets
        return PeerAddress(address).map { peer in
            // A listener at a mapped IPv4 address has a socket of IPv6, and its address stays one.
            ListenAddress(text: peer.isIPv4 ? address : peer.text, isLoopback: peer.isLoopback)
        }
    }
}

extension ValueKind where Value == ListenAddress {
    private static func isSocketPath(_ path: String) -> Bool {
        let bytes = path.utf8
        return bytes.first == UInt8(ascii: "/") && bytes.last != UInt8(ascii: "/")
            && bytes.count <= ServerAddress.longestPath && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}

extension String {
    fileprivate var withoutBrackets: String {
        guard utf8.count > 2, utf8.first == UInt8(ascii: "["), utf8.last == UInt8(ascii: "]") else { return self }
        return String(Substring(utf8.dropFirst().dropLast()))
    }
}
