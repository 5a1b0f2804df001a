/// The grammar of names and values, RFC 9110 §5.
extension String {
    /// At least one `tchar` and nothing else (RFC 9110 §5.6.2).
    var isToken: Bool {
        !isEmpty && hasOnly(\.isTokenCharacter)
    }

    /// Free of control characters but the tab (RFC 9110 §5.5).
    var isFieldValue: Bool {
        hasOnly { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
    }

    /// Whether all bytes are allowed. The elements of a span are read without a call for each.
    @inline(__always)
    func hasOnly(_ isAllowed: (UInt8) -> Bool) -> Bool {
        let utf8 = utf8
        let bytes = utf8.span
        for index in bytes.indices where !isAllowed(bytes[index]) { return false }
        return true
    }

    /// Whether both are the same but for the case of ASCII letters, which counts neither in the name of a field nor in
    /// that of a coding (RFC 9110 §5.1, §8.4.1; RFC 9112 §7).
    func equals(ignoringCase other: String) -> Bool {
        let (these, those) = (utf8, other.utf8)
        let (bytes, others) = (these.span, those.span)
        guard bytes.count == others.count else { return false }
        for index in bytes.indices where bytes[index].lowercased != others[index].lowercased { return false }
        return true
    }
}

extension BidirectionalCollection<UInt8> {
    /// Without the blanks around it, which are no part of a field's value (RFC 9110 §5.5).
    var trimmingBlanks: SubSequence {
        guard let last = lastIndex(where: { !$0.isBlank }) else { return self[endIndex...] }
        return self[...last].drop(while: \.isBlank)
    }
}

extension UInt8 {
    fileprivate var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "^")...UInt8(ascii: "z"), UInt8(ascii: "#")...UInt8(ascii: "'"),
            UInt8(ascii: "!"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    fileprivate var lowercased: UInt8 {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self ? self | 0x20 : self
    }
}
