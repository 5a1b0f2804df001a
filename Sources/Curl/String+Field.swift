/// The grammar of names and values, RFC 9110 §5.
extension String {
    /// At least one `tchar` and nothing else (RFC 9110 §5.6.2).
    var isToken: Bool {
        !utf8.isEmpty && utf8.allSatisfy(\.isTokenCharacter)
    }

    /// Free of control characters but the tab (RFC 9110 §5.5).
    var isFieldValue: Bool {
        utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
    }

    /// Without the blanks around it, which are no part of a field's value (RFC 9110 §5.5).
    var trimmingBlanks: Substring {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        guard let last = lastIndex(where: { !isBlank($0) }) else { return "" }
        return self[...last].drop(while: isBlank)
    }
}

extension UInt8 {
    fileprivate var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "^")...UInt8(ascii: "z"), UInt8(ascii: "#")...UInt8(ascii: "'"):
            true
        default: [UInt8(ascii: "!"), UInt8(ascii: "*"), UInt8(ascii: "+"), 0x2D, 0x2E, 0x7C, 0x7E].contains(self)
        }
    }
}
