import Formats

// The readers look at bytes: a mark that combines with a delimiter makes one Character of both, and a comparison of
// Characters does not find the delimiter. They walk over a value once, and not further than an honest client writes: a field
// can be 20 kB long, and a refusal has to be cheap.

/// Finds the elements of a list one after another, so that no more of it is read than is needed.
struct ListElements {
    private let separator: UInt8
    private var left: Int
    private var start: Int
    private let end: Int

    /// - Parameters:
    ///   - list: the place of the list.
    ///   - limit: elements at most; what stands behind them is ignored.
    init(of list: Range<Int>, separatedBy separator: UInt8, limit: Int) {
        self.separator = separator
        left = limit
        (start, end) = (list.lowerBound, list.upperBound)
    }

    /// The place of the next element in the bytes of the list, empty ones too; nil after the last.
    mutating func next(in bytes: Span<UInt8>) -> Range<Int>? {
        guard left > 0, start <= end else { return nil }
        left -= 1
        let element = bytes.divided(start..<end, at: separator).0
        start = element.upperBound + 1
        return element
    }
}

extension Span<UInt8> {
    /// The part of a range between the spaces and tabs at its ends.
    func withoutBlanks(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start].isBlank { start += 1 }
        while start < end, self[end - 1].isBlank { end -= 1 }
        return start..<end
    }

    /// The bytes of a range before the first separator and those after it; nil without a separator.
    func divided(_ range: Range<Int>, at separator: UInt8) -> (Range<Int>, Range<Int>?) {
        for place in range where self[place] == separator {
            return (range.lowerBound..<place, place + 1..<range.upperBound)
        }
        return (range, nil)
    }

    /// Whether a range is this byte alone.
    func isOnly(_ byte: UInt8, at range: Range<Int>) -> Bool { range.count == 1 && self[range.lowerBound] == byte }

    /// Whether a range is the word, which is in lower case. The case of ASCII letters does not count.
    func isWord(_ word: String, at range: Range<Int>) -> Bool {
        let utf8 = word.utf8
        guard utf8.count == range.count else { return false }
        let letters = utf8.span
        for offset in letters.indices where self[range.lowerBound + offset].lowercased != letters[offset] {
            return false
        }
        return true
    }
}

extension Span<UInt8> {
    /// Whole seconds, quoted or not (RFC 9111 §1.2.2, §5.2; RFC 7240 §4.3). A number too large to be read stands for a very
    /// long time.
    func seconds(in argument: Range<Int>) -> Int? {
        var value: Int?
        for place in withoutBlanks(argument) where self[place] != UInt8(ascii: "\"") {
            guard self[place].isDigit else { return nil }
            value = min((value ?? 0) * 10 + Int(self[place] - UInt8(ascii: "0")), Int(Int32.max))
        }
        return value
    }
}

/// What a client demands of the cache: the request directives of `Cache-Control` that mean something here (RFC 9111
/// §5.2.1). Others, and malformed ones, are ignored; of repeated ones the strictest counts.
struct CacheDirectives: Sendable, Equatable {
    /// Directives that are read. There are seven of them.
    private static let limit = 32
    /// A request without the field.
    static let none = CacheDirectives()

    /// Seconds that an answer may be old. `no-cache` is 0: asking AWS again is what validates an answer here.
    var maxAge: Int? { hasNoCache ? 0 : statedAge }
    private var hasNoCache = false
    private var statedAge: Int?
    /// Seconds that an answer may be past its freshness; nil leaves that to the gateway.
    private(set) var maxStale: Int?
    /// Whether the client wants no answer from AWS.
    private(set) var onlyIfCached = false

    private init() {}

    init(_ value: String) {
        let utf8 = value.utf8
        let bytes = utf8.span
        var elements = ListElements(of: 0..<bytes.count, separatedBy: UInt8(ascii: ","), limit: Self.limit)
        while let directive = elements.next(in: bytes) { read(directive, in: bytes) }
    }

    /// Drops the demands for a fresh answer that a browser makes by itself. When it navigates it sends `max-age=0` or
    /// `no-cache` with every reload, also where a page loads itself again; a reload by its user is marked. To a script's
    /// request that has `If-None-Match` it adds `no-cache` (Fetch Standard, "HTTP-network-or-cache fetch", the cache mode
    /// `no-store`), but no `max-age`.
    ///
    /// - Parameters:
    ///   - mode: the value of `Sec-Fetch-Mode`, which programs do not send.
    ///   - user: the value of `Sec-Fetch-User`.
    ///   - isConditional: whether there is `If-None-Match`.
    mutating func dropBrowserDefaults(mode: String, user: String?, isConditional: Bool) {
        let isNavigation = mode.utf8.elementsEqual("navigate".utf8)
        let isByUser = user.map { $0.utf8.elementsEqual("?1".utf8) } ?? false
        if isNavigation ? !isByUser : isConditional { hasNoCache = false }
        if isNavigation, !isByUser { statedAge = nil }
    }

    private mutating func read(_ directive: Range<Int>, in bytes: Span<UInt8>) {
        let (name, given) = bytes.divided(directive, at: UInt8(ascii: "="))
        let argument = given.flatMap { $0.isEmpty ? nil : $0 }
        func isNamed(_ word: String) -> Bool { bytes.isWord(word, at: bytes.withoutBlanks(name)) }
        func seconds() -> Int? { argument.flatMap { bytes.seconds(in: $0) } }
        if isNamed("no-cache") {
            hasNoCache = true
        } else if isNamed("max-age") {
            statedAge = Self.stricter(statedAge, seconds())
        } else if isNamed("max-stale") {
            maxStale = Self.stricter(maxStale, argument == nil ? .max : seconds())
        } else if isNamed("only-if-cached") {
            onlyIfCached = true
        }
    }

    private static func stricter(_ one: Int?, _ other: Int?) -> Int? {
        one.map { min($0, other ?? $0) } ?? other
    }
}

/// The condition `If-None-Match` (RFC 9110 §13.1.2): a list of entity tags, or `*`.
struct IfNoneMatch {
    /// Tags that are compared.
    private static let limit = 64

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
        // A comma between quotation marks does not end a tag. A list that breaks off ends there.
        var (start, left) = (0, Self.limit)
        while left > 0, let open = Self.mark(in: bytes, from: start), let close = Self.mark(in: bytes, from: open + 1) {
            if tag.isSpelled(bytes.extracting(open + 1..<close)) { return true }
            start = close + 1
            left -= 1
        }
        return false
    }

    /// The place of the next quotation mark.
    private static func mark(in bytes: Span<UInt8>, from start: Int) -> Int? {
        for index in start..<bytes.count where bytes[index] == UInt8(ascii: "\"") { return index }
        return nil
    }
}
