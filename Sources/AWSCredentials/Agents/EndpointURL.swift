/// An absolute URL of an endpoint for credentials, read so strictly that no client can find another host in it than the
/// one that was checked here.
struct EndpointURL {
    enum Scheme {
        case http, https
    }

    let text: String
    let scheme: Scheme
    /// In lower case; an IPv6 address without its brackets.
    let host: String

    /// Nil for whatever has a user name, a fragment, a character that is not visible ASCII, or no host.
    init?(_ text: String) {
        let form = /(https?):\/\/(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?(?:\/[!-~]*)?/.ignoresCase()
        guard !text.contains("#"), let parts = text.wholeMatch(of: form), let host = parts.2 ?? parts.3
        else { return nil }
        self.text = text
        self.host = host.lowercased()
        scheme = parts.1.lowercased() == "https" ? .https : .http
    }
}

extension EndpointURL {
    /// Whether the host is this machine: `localhost` or a literal loopback address. No name is looked up, since whoever
    /// answers for a name could answer with anything.
    var isLoopback: Bool { host == "localhost" || host == "::1" || host.isLoopbackIPv4 }
}

extension String {
    /// A dotted quad in 127.0.0.0/8, without the other spellings that old parsers take.
    fileprivate var isLoopbackIPv4: Bool {
        let parts = split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in UInt8(part).map(String.init) == String(part) }
    }
}
