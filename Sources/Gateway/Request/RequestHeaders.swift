import Formats

// The readers look at bytes: a mark that combines with a delimiter makes one Character of both, and a comparison of
// Characters does not find the delimiter.

extension Substring.UTF8View {
    /// Whether this is the word, which is in lower case. The case of ASCII letters does not count.
    func isWord(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        return elementsEqual(word.description.utf8) { byte, letter in byte.lowercased == letter }
    }

    /// The bytes before the first separator and those after it; nil without a separator.
    func divided(at separator: UInt8) -> (Substring.UTF8View, Substring.UTF8View?) {
        guard let place = firstIndex(of: separator) else { return (self, nil) }
        return (self[..<place], self[index(after: place)...])
    }
}

/// The field `Accept` (RFC 9110 §12.5.1). A client prefers a page only where it gives `text/html` a higher weight than
/// JSON. A client that accepts anything gets JSON.
enum AcceptField {
    static func prefersHTML(_ accept: String?) -> Bool {
        // Most clients are programs that send nothing or `*/*`.
        guard let accept, !accept.utf8.elementsEqual("*/*".utf8) else { return false }
        var page = (specificity: -1, weight: 0.0)
        var document = page
        for element in Substring(accept).utf8.split(separator: UInt8(ascii: ",")) {
            let range = MediaRange(element)
            if range.covers("text", "html"), range.specificity > page.specificity {
                page = (range.specificity, range.weight)
            }
            if range.covers("application", "json"), range.specificity > document.specificity {
                document = (range.specificity, range.weight)
            }
        }
        return page.weight > 0 && page.weight > document.weight
    }
}

/// One element of an `Accept` field.
private struct MediaRange {
    let type: Substring.UTF8View
    let subtype: Substring.UTF8View
    /// The `q` parameter, from 0 to 1; what is no number counts as 1.
    let weight: Double

    init(_ element: Substring.UTF8View) {
        let (name, parameters) = element.divided(at: UInt8(ascii: ";"))
        let (type, subtype) = name.trimmingBlanks.divided(at: UInt8(ascii: "/"))
        self.type = type
        self.subtype = subtype ?? type[type.endIndex...]
        weight = parameters.flatMap(Self.weight) ?? 1
    }

    private static func weight(in parameters: Substring.UTF8View) -> Double? {
        for parameter in parameters.split(separator: UInt8(ascii: ";")) {
            let parameter = parameter.trimmingBlanks
            guard parameter.prefix(2).isWord("q=") else { continue }
            return Double(Substring(parameter.dropFirst(2))).map { min(max($0, 0), 1) }
        }
        return nil
    }

    var specificity: Int { (type.isWord("*") ? 0 : 1) + (subtype.isWord("*") ? 0 : 1) }

    func covers(_ type: StaticString, _ subtype: StaticString) -> Bool {
        (self.type.isWord("*") || self.type.isWord(type)) && (self.subtype.isWord("*") || self.subtype.isWord(subtype))
    }
}

/// What a client demands of the cache: the request directives of `Cache-Control` that mean something here (RFC 9111
/// §5.2.1). Others, and malformed ones, are ignored; of repeated ones the strictest counts.
struct CacheDirectives: Sendable, Equatable {
    /// A request without the field.
    static let none = CacheDirectives()

    /// Seconds that an answer may be old. `no-cache` is 0: asking AWS again is what validates an answer here.
    private(set) var maxAge: Int?
    /// Seconds that an answer may be past its freshness; nil leaves that to the gateway.
    private(set) var maxStale: Int?
    /// Whether the client wants no answer from AWS.
    private(set) var onlyIfCached = false

    private init() {}

    init(_ value: String) {
        for directive in Substring(value).utf8.split(separator: UInt8(ascii: ",")) { read(directive) }
    }

    private mutating func read(_ directive: Substring.UTF8View) {
        var (name, argument) = directive.divided(at: UInt8(ascii: "="))
        name = name.trimmingBlanks
        if let given = argument, given.isEmpty { argument = nil }
        if name.isWord("no-cache") {
            maxAge = 0
        } else if name.isWord("max-age") {
            maxAge = Self.stricter(maxAge, argument.flatMap(Self.seconds))
        } else if name.isWord("max-stale") {
            maxStale = Self.stricter(maxStale, argument.map(Self.seconds) ?? .max)
        } else if name.isWord("only-if-cached") {
            onlyIfCached = true
        }
    }

    private static func stricter(_ one: Int?, _ other: Int?) -> Int? {
        one.map { min($0, other ?? $0) } ?? other
    }

    /// `delta-seconds`, quoted or not (§1.2.2, §5.2). A number too large to be read stands for a very long time.
    private static func seconds(_ argument: Substring.UTF8View) -> Int? {
        let digits = argument.trimmingBlanks.filter { $0 != UInt8(ascii: "\"") }
        guard !digits.isEmpty, digits.allSatisfy(\.isDigit) else { return nil }
        return digits.reduce(0) { min($0 * 10 + Int($1 - UInt8(ascii: "0")), Int(Int32.max)) }
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
    func matches(_ tag: EntityTag) -> Bool {
        let utf8 = value.utf8
        let bytes = utf8.span
        if bytes.count == 1, bytes[0] == UInt8(ascii: "*") { return true }
        var start = 0
        // A comma between quotation marks does not end a tag. A list that breaks off ends there.
        while let open = Self.mark(in: bytes, from: start), let close = Self.mark(in: bytes, from: open + 1) {
            if tag.isSpelled(bytes.extracting(open + 1..<close)) { return true }
            start = close + 1
        }
        return false
    }

    /// The place of the next quotation mark.
    private static func mark(in bytes: Span<UInt8>, from start: Int) -> Int? {
        for index in start..<bytes.count where bytes[index] == UInt8(ascii: "\"") { return index }
        return nil
    }
}
