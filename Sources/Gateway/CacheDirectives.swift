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
