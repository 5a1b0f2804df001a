import Formats
import HTTPExchange

/// A request target taken apart as far as HTTP's framing needs it (RFC 9112 §3.2).
struct RequestTarget {
    /// The target in origin form, `/path?query`; `*` and the authority form stay as they are.
    let origin: String
    /// The authority of an absolute-form target, which overrides `Host` (RFC 9112 §3.2.2).
    let authority: String?

    /// Refuses what is no origin form, no absolute http(s) form without user information, and neither `*` with OPTIONS
    /// nor an authority with CONNECT.
    init(_ target: String, method: String) throws(Refusal) {
        guard target.utf8.first != UInt8(ascii: "/") else {
            try Self.check(target)
            self.init(origin: target, authority: nil)
            return
        }
        if method == "OPTIONS" && target == "*" || method == "CONNECT" && !target.isEmpty {
            try Self.check(target)
            self.init(origin: target, authority: nil)
            return
        }
        try self.init(absolute: target)
    }

    private init(origin: String, authority: String?) {
        self.origin = origin
        self.authority = authority
    }

    private init(absolute target: String) throws(Refusal) {
        guard let scheme = ["http://", "https://"].first(where: { target.lowercased().hasPrefix($0) }) else {
            throw .malformed("the request target has to begin with '/'")
        }
        let rest = target.dropFirst(scheme.count)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = String(rest[..<end])
        guard !authority.isEmpty, !authority.contains("@") else {
            throw .malformed("the request target's host is missing or holds user information")
        }
        let origin = rest[end...].first == "/" ? String(rest[end...]) : "/" + rest[end...]
        try Self.check(origin)
        self.init(origin: origin, authority: authority)
    }

    /// Only characters of RFC 3986 §3.3, and every `%` followed by two hexadecimal digits (§2.1).
    private static func check(_ target: String) throws(Refusal) {
        let utf8 = target.utf8
        let bytes = utf8.span
        let allowed = ASCIISet.target
        var index = 0
        while index < bytes.count {
            if allowed.contains(bytes[index]) {
                index += 1
            } else if bytes[index] == UInt8(ascii: "%") {
                guard bytes.byte(hexadecimalAt: index + 1) != nil else {
                    throw .malformed("a '%' in the request target is not followed by two hexadecimal digits")
                }
                index += 3
            } else {
                throw .malformed("the request target holds a character that has to be percent-encoded")
            }
        }
    }
}
