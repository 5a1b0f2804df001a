/// The text of a Swift file taken apart into code and comments. Each part keeps the lines of the whole: what belongs to
/// another part is a blank in it.
struct SourceText {
    /// Code with its literals.
    private(set) var code: [Substring] = []
    /// Code in which the contents of string literals are blank too.
    private(set) var bareCode: [Substring] = []
    /// What stands in comments, without the slashes and stars.
    private(set) var comments: [Substring] = []

    private enum Context {
        /// Code, or the code of an interpolation, with the parentheses that are open in it.
        case code(parentheses: Int)
        case string(hashes: Int, quotes: Int)
    }

    private var bytes: [UInt8]
    private var position = 0
    private var contexts = [Context.code(parentheses: 0)]
    private var parts = (code: [UInt8](), bareCode: [UInt8](), comments: [UInt8]())

    init(_ text: String) {
        bytes = Array(text.utf8)
        while position < bytes.count { readNext() }
        code = Self.lines(of: parts.code)
        bareCode = Self.lines(of: parts.bareCode)
        comments = Self.lines(of: parts.comments)
    }

    private static func lines(of bytes: [UInt8]) -> [Substring] {
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    private mutating func readNext() {
        switch contexts[contexts.count - 1] {
        case .code(let parentheses): readCode(parentheses)
        case .string(let hashes, let quotes): readString(hashes, quotes)
        }
    }

    private mutating func readCode(_ parentheses: Int) {
        if starts(with: "//") { return readComment(until: "\n") }
        if starts(with: "/*") { return readComment(until: "*/") }
        let hashes = count(of: "#", from: position)
        if isAt("\"", position + hashes) { return openString(hashes) }
        if isAt("(", position) { contexts[contexts.count - 1] = .code(parentheses: parentheses + 1) }
        if isAt(")", position) {
            if parentheses == 0 {
                contexts.removeLast()
            } else {
                contexts[contexts.count - 1] = .code(parentheses: parentheses - 1)
            }
        }
        take(max(1, hashes), asCode: true, isBare: true)
    }

    private mutating func openString(_ hashes: Int) {
        let quotes = count(of: "\"", from: position + hashes) >= 3 ? 3 : 1
        contexts.append(.string(hashes: hashes, quotes: quotes))
        take(hashes + quotes, asCode: true, isBare: true)
    }

    private mutating func readString(_ hashes: Int, _ quotes: Int) {
        if isAt("\\", position), count(of: "#", from: position + 1) >= hashes {
            if isAt("(", position + 1 + hashes) { contexts.append(.code(parentheses: 0)) }
            take(2 + hashes, asCode: true, isBare: isAt("(", position + 1 + hashes))
        } else if count(of: "\"", from: position) >= quotes, count(of: "#", from: position + quotes) >= hashes {
            contexts.removeLast()
            take(quotes + hashes, asCode: true, isBare: true)
        } else {
            take(1, asCode: true, isBare: false)
        }
    }

    private mutating func readComment(until end: String) {
        take(2, asCode: false, isBare: false)
        while isAt("/", position) { take(1, asCode: false, isBare: false) }
        while position < bytes.count, !starts(with: end) {
            parts.comments.append(bytes[position])
            parts.code.append(blank(position))
            parts.bareCode.append(blank(position))
            position += 1
        }
        if end == "*/" { take(2, asCode: false, isBare: false) }
    }

    private mutating func take(_ count: Int, asCode isCode: Bool, isBare: Bool) {
        for index in position..<min(position + count, bytes.count) {
            parts.code.append(isCode ? bytes[index] : blank(index))
            parts.bareCode.append(isBare ? bytes[index] : blank(index))
            parts.comments.append(blank(index))
        }
        position = min(position + count, bytes.count)
    }

    private func blank(_ index: Int) -> UInt8 {
        bytes[index] == UInt8(ascii: "\n") ? bytes[index] : UInt8(ascii: " ")
    }

    private func starts(with text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

    private func isAt(_ character: Unicode.Scalar, _ index: Int) -> Bool {
        index < bytes.count && bytes[index] == UInt8(ascii: character)
    }

    private func count(of character: Unicode.Scalar, from start: Int) -> Int {
        guard start < bytes.count else { return 0 }
        return bytes[start...].prefix { $0 == UInt8(ascii: character) }.count
    }
}
