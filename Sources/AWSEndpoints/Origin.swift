/// A URL without path, query and fragment (RFC 6454 §4), in its normal form: lower case, a default port left out.
package struct Origin {
    let scheme: String
    /// Host, and port unless it is the scheme's own.
    let authority: String

    var text: String { "\(scheme)://\(authority)" }

    /// Reads `scheme://host[:port][/]`.
    init(_ text: String) throws(EndpointError) {
        do throws(EndpointError.InvalidOrigin) {
            let text = text.lowercased()
            guard let scheme = ["https", "http"].first(where: { text.hasPrefix("\($0)://") }) else { throw .scheme }
            var rest = text.dropFirst(scheme.count + 3)
            if rest.hasSuffix("/") { rest.removeLast() }
            guard !rest.contains(where: "/?#".contains) else { throw .path }
            guard !rest.contains("@") else { throw .userInformation }
            self.scheme = scheme
            authority = try Self.authority(rest, defaultPort: scheme == "https" ? 443 : 80)
        } catch {
            throw .invalidOverride(error)
        }
    }

    private static func authority(_ text: Substring, defaultPort: Int) throws(EndpointError.InvalidOrigin) -> String {
        let hostEnd = text.lastIndex(of: "]").map(text.index(after:)) ?? text.firstIndex(of: ":") ?? text.endIndex
        let host = text[..<hostEnd]
        guard isHost(host) else { throw .host }
        guard hostEnd < text.endIndex else { return String(host) }
        let digits = text[hostEnd...].dropFirst()
        guard text[hostEnd] == ":", digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let port = Int(digits),
            (1...65_535).contains(port)
        else { throw .port }
        return port == defaultPort ? String(host) : "\(host):\(port)"
    }

    /// A name or IPv4 address (RFC 952, with `_` for container networks), or an IPv6 address in brackets. Whether the
    /// address is a real one is the resolver's to say.
    private static func isHost(_ host: Substring) -> Bool {
        if host.hasPrefix("["), host.hasSuffix("]") {
            return host.count > 4 && host.dropFirst().dropLast().allSatisfy("0123456789abcdef:.".contains)
        }
        return !host.isEmpty && host.allSatisfy("abcdefghijklmnopqrstuvwxyz0123456789.-_".contains)
    }
}
