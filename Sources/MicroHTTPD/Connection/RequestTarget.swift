import Formats
import HTTPExchange

/// A request target, split as far as HTTP's framing needs it (RFC 9112 §3.2).
struct RequestTarget {
    /// The target in origin form, `/path?query`. `*` and the authority form stay as they are.
    let origin: String
    /// The authority of a target in absolute form, which overrides `Host` (RFC 9112 §3.2.2).
    let authority: String?

    /// - Throws: ``Refusal/malformed(_:)`` unless the target is in origin form, in absolute form with the scheme http or
    ///   https and without user information, `*` with OPTIONS, or an authority with CONNECT.
    init(_ target: String, method: String) throws(Refusal) {
        let bytes = target.utf8
        if bytes.first == UInt8(ascii: "/") || method == "CONNECT" && !bytes.isEmpty
            || method == "OPTIONS" && bytes.elementsEqual("*".utf8)
        {
            try Self.check(target)
            self.init(origin: target, authority: nil)
        } else {
            try self.init(absolute: bytes)
        }
    }

    private init(absolute target: String.UTF8View) throws(Refusal) {
        guard
            let scheme = ["http://", "https://"].first(where: { scheme in
                target.starts(with: scheme.utf8) { $0.lowercased == $1 }
            })
        else {
            throw .malformed("the request target has to begin with '/'")
        }
        let rest = target.dropFirst(scheme.utf8.count)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        let outside = ASCIISet.outsideHost
        guard end > rest.startIndex, rest[..<end].allSatisfy({ !outside.contains($0) }) else {
            throw .malformed("the request target's host is none, or is missing")
        }
        let path = String(decoding: rest[end...], as: UTF8.self)
        let origin = path.utf8.first == UInt8(ascii: "/") ? path : "/" + path
        try Self.check(origin)
        self.init(origin: origin, authority: String(decoding: rest[..<end], as: UTF8.self))
    }

    private init(origin: String, authority: String?) {
        self.origin = origin
        self.authority = authority
    }

    /// Allows only the characters of RFC 3986 §3.3, and every `%` followed by two hexadecimal digits (§2.1).
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
