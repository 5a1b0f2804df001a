/// What kind of answer a client would rather have (RFC 9110 §12.5.1): a page only where `text/html` has a higher weight
/// than JSON. Who accepts anything gets JSON.
enum AcceptField {
    static func prefersHTML(_ accept: String?) -> Bool {
        // Most clients are programs that send nothing or `*/*`.
        guard let accept, accept != "*/*" else { return false }
        let ranges = accept.split(separator: ",").map(MediaRange.init)
        let page = weight(of: "text", "html", in: ranges)
        return page > 0 && page > weight(of: "application", "json", in: ranges)
    }

    /// The weight of the most specific range that covers the type; 0 if none does.
    private static func weight(of type: Substring, _ subtype: Substring, in ranges: [MediaRange]) -> Double {
        ranges.filter { $0.covers(type, subtype) }.max { $0.specificity < $1.specificity }?.weight ?? 0
    }
}

/// One element of an `Accept` field.
private struct MediaRange {
    let type: Substring
    let subtype: Substring
    /// The `q` parameter, from 0 to 1; what is no number counts as 1.
    let weight: Double

    init(_ element: Substring) {
        let parts = element.split(separator: ";").map { $0.trimmed }
        let names = (parts.first ?? "").lowercased().split(separator: "/", maxSplits: 1)
        type = names.first ?? ""
        subtype = names.count == 2 ? names[1] : ""
        let parameter = parts.dropFirst().first { $0.lowercased().hasPrefix("q=") }
        weight = parameter.flatMap { Double($0.dropFirst(2)) }.map { min(max($0, 0), 1) } ?? 1
    }

    var specificity: Int { (type == "*" ? 0 : 1) + (subtype == "*" ? 0 : 1) }

    func covers(_ type: Substring, _ subtype: Substring) -> Bool {
        (self.type == "*" || self.type == type) && (self.subtype == "*" || self.subtype == subtype)
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let rest = drop { $0 == " " || $0 == "\t" }
        return rest[..<(rest.lastIndex { $0 != " " && $0 != "\t" }.map { rest.index(after: $0) } ?? rest.startIndex)]
    }
}

/// What a client demands of the cache: the request directives of `Cache-Control` that mean something here (RFC 9111
/// §5.2.1). Others, and malformed ones, are ignored; of repeated ones the strictest counts.
struct CacheDirectives: Sendable, Equatable {
    /// Nothing in particular.
    static let none = CacheDirectives()

    /// Seconds that an answer may be old. `no-cache` is 0: asking AWS again is what validates an answer here.
    private(set) var maxAge: Int?
    /// Seconds by which an answer may be past its freshness; nil leaves that to the gateway.
    private(set) var maxStale: Int?
    /// Whether an answer from AWS is not wanted.
    private(set) var onlyIfCached = false

    private init() {}

    init(_ value: String) {
        for directive in value.split(separator: ",") { read(directive) }
    }

    private mutating func read(_ directive: Substring) {
        let parts = directive.split(separator: "=", maxSplits: 1)
        let argument = parts.count == 2 ? Self.seconds(parts[1]) : nil
        switch parts.first?.trimmingBlanks.lowercased() {
        case "no-cache": maxAge = 0
        case "max-age": maxAge = Self.stricter(maxAge, argument)
        case "max-stale" where parts.count == 1: maxStale = Self.stricter(maxStale, .max)
        case "max-stale": maxStale = Self.stricter(maxStale, argument)
        case "only-if-cached": onlyIfCached = true
        default: break
        }
    }

    private static func stricter(_ one: Int?, _ other: Int?) -> Int? {
        one.map { min($0, other ?? $0) } ?? other
    }

    /// `delta-seconds`, quoted or not (§1.2.2, §5.2). A number too large to be read stands for a very long time.
    private static func seconds(_ argument: Substring) -> Int? {
        let digits = argument.trimmingBlanks.filter { $0 != "\"" }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return min(Int(digits) ?? .max, Int(Int32.max))
    }
}

extension Substring {
    /// Without the optional white space around a list's elements (RFC 9110 §5.6.3).
    fileprivate var trimmingBlanks: Substring {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let start = drop(while: isBlank)
        return start.lastIndex { !isBlank($0) }.map { start[...$0] } ?? start
    }
}

/// The condition `If-None-Match` (RFC 9110 §13.1.2): a list of entity tags, or `*`.
struct IfNoneMatch {
    private let value: String

    init?(_ value: String?) {
        guard let value else { return nil }
        self.value = value
    }

    /// Whether the client has this representation already. Tags are compared weakly: a `W/` in front counts for nothing.
    func matches(_ eTag: String) -> Bool {
        // Most clients send back the one tag that they got.
        guard value != eTag, value != "*" else { return true }
        var rest = value[...]
        while let tag = Self.nextTag(in: &rest) {
            if tag == eTag { return true }
        }
        return false
    }

    /// The next quoted tag; a comma inside it does not end it. Nil at the end and where the list is broken.
    private static func nextTag(in rest: inout Substring) -> Substring? {
        guard let start = rest.firstIndex(of: "\"") else { return nil }
        guard let end = rest[rest.index(after: start)...].firstIndex(of: "\"") else { return nil }
        defer { rest = rest[rest.index(after: end)...] }
        return rest[start...end]
    }
}
