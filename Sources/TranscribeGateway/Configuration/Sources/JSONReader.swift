import Formats

/// Reads JSON (RFC 8259). Unlike a library's decoder it says where a text breaks the grammar, and keeps members of the same
/// name apart, of which a decoder silently takes one.
struct JSONReader {
    /// Settings are nested three deep. More than this is no configuration, and would use up the stack.
    private static let depthLimit = 32

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0
    /// The line of ``index``, and where it begins. Lines end only in blanks: a text may not hold a line feed.
    private var line = 1
    private var lineStart = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The value that the bytes are, with blanks around it; a byte order mark before it is ignored.
    static func value(of bytes: [UInt8]) throws(JSONError) -> JSONValue {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var reader = JSONReader(bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes)
        let value = try reader.readValue()
        reader.skipBlanks()
        guard reader.next == nil else { throw reader.error("the end") }
        return value
    }

    // MARK: - Values

    private mutating func readValue() throws(JSONError) -> JSONValue {
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return .object(try readMembers())
        case UInt8(ascii: "["): return .array(try readElements())
        case UInt8(ascii: "\""): return .string(try readText())
        case let byte? where byte == UInt8(ascii: "-") || byte.isDigit: return .number(try readNumber())
        default:
            for (word, value) in [("true", JSONValue.bool(true)), ("false", .bool(false)), ("null", .null)]
            where bytes[index...].starts(with: word.utf8) {
                index += word.utf8.count
                return value
            }
            throw error("a value; texts stand in double quotes")
        }
    }

    private mutating func readMembers() throws(JSONError) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        try enter()
        skipBlanks()
        if !take("}") {
            repeat {
                skipBlanks()
                let line = line
                guard next == UInt8(ascii: "\"") else { throw error("a name in double quotes") }
                let name = try readText()
                skipBlanks()
                guard take(":") else { throw error("a colon") }
                members.append(JSONValue.Member(name: name, line: line, value: try readValue()))
                skipBlanks()
            } while take(",")
            guard take("}") else { throw error("a comma or }") }
        }
        depth -= 1
        return members
    }

    private mutating func readElements() throws(JSONError) -> [JSONValue] {
        var elements: [JSONValue] = []
        try enter()
        skipBlanks()
        if !take("]") {
            repeat {
                elements.append(try readValue())
                skipBlanks()
            } while take(",")
            guard take("]") else { throw error("a comma or ]") }
        }
        depth -= 1
        return elements
    }

    /// Takes the bracket that opens an object or an array.
    private mutating func enter() throws(JSONError) {
        guard depth < Self.depthLimit else { throw error("a value that is nested less deep") }
        depth += 1
        index += 1
    }

    /// As it is written, so that an error can show it.
    private mutating func readNumber() throws(JSONError) -> String {
        let start = index
        _ = take("-")
        if !take("0") { try skipDigits() }
        if take(".") { try skipDigits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try skipDigits()
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func skipDigits() throws(JSONError) {
        guard next?.isDigit == true else { throw error("a digit") }
        while next?.isDigit == true { index += 1 }
    }

    // MARK: - Texts

    private mutating func readText() throws(JSONError) -> String {
        index += 1
        var text: [UInt8] = []
        while !take("\"") {
            guard let byte = next, byte >= 0x20 else { throw error("a double quote at the end of the text") }
            index += 1
            if byte == UInt8(ascii: "\\") { text += try readEscape() } else { text.append(byte) }
        }
        guard let text = String(validating: text, as: UTF8.self) else { throw error("UTF-8 before this place") }
        return text
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
        UInt8(ascii: "/"): UInt8(ascii: "/"), UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C,
        UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    ]

    /// What stands behind a backslash.
    private mutating func readEscape() throws(JSONError) -> [UInt8] {
        if take("u") { return try readUnicodeEscape() }
        guard let byte = next, let meant = Self.escapes[byte] else {
            throw error(#"one of the escapes \" \\ \/ \b \f \n \r \t \u"#)
        }
        index += 1
        return [meant]
    }

    /// Four digits, or two times four with `\u` between them for what UTF-16 writes as a surrogate pair (RFC 8259 §7).
    private mutating func readUnicodeEscape() throws(JSONError) -> [UInt8] {
        let first = try readUnit()
        if let scalar = Unicode.Scalar(first) { return Array(String(scalar).utf8) }
        guard UTF16.isLeadSurrogate(first), take("\\"), take("u") else { throw error("the second half of a pair") }
        let second = try readUnit()
        guard UTF16.isTrailSurrogate(second) else { throw error("the second half of a pair before this place") }
        return Array(String(decoding: [first, second], as: UTF16.self).utf8)
    }

    private mutating func readUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = next?.hexadecimalValue else { throw error("four hexadecimal digits") }
            unit = unit << 4 | UInt16(digit)
            index += 1
        }
        return unit
    }

    // MARK: - Bytes

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            index += 1
            if byte == 0x0A { (line, lineStart) = (line + 1, index) }
        }
    }

    private func error(_ expected: String) -> JSONError {
        // Of the bytes of a scalar all but the first begin with the bits 10.
        let column = bytes[lineStart..<index].count { $0 & 0xC0 != 0x80 } + 1
        return JSONError(line: line, column: column, expected: expected)
    }
}

/// Where a text is no JSON, and what would have to stand there. It holds nothing of the text, which may have a secret.
struct JSONError: Error, Equatable {
    /// From 1.
    let line: Int
    /// In characters, from 1.
    let column: Int
    /// A noun phrase.
    let expected: String
}

/// Any JSON value. A number is kept as text, because settings are parsed from text.
enum JSONValue: Equatable, Sendable {
    /// A name with its value, and the line on which it stands.
    struct Member: Equatable, Sendable {
        let name: String
        let line: Int
        let value: JSONValue
    }

    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    /// In the order of the text. A name may stand in it twice.
    case object([Member])

    /// With its article, for use in a sentence.
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The text of a scalar, and of a list its elements separated by commas; `nil` for other values.
    func text(isList: Bool) -> String? {
        switch self {
        case .bool(let value): "\(value)"
        case .number(let text), .string(let text): text
        case .array(let elements) where isList: Self.list(elements)
        case .null, .array, .object: nil
        }
    }

    private static func list(_ elements: [JSONValue]) -> String? {
        let texts = elements.map { if case .string(let text) = $0 { text } else { nil as String? } }
        return texts.contains(nil) ? nil : texts.compactMap { $0 }.joined(separator: ",")
    }
}
