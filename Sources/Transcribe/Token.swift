/// A short word from outside that is safe in a log line, a header field and a page: letters, digits, `.`, `_`, `-`.
package struct Token {
    let text: String

    /// Nil if the text is empty, too long or holds any other character.
    init?(_ text: some StringProtocol, maximumLength: Int) {
        let bytes = text.utf8
        guard !bytes.isEmpty, bytes.count <= maximumLength, bytes.allSatisfy(Self.isSafe) else { return nil }
        self.text = String(text)
    }

    /// Whether this byte is a letter, a digit, `.`, `_` or `-` of ASCII.
    package static func isSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}
