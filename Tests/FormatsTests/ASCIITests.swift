import Formats
import Testing

@Suite struct ASCIITests {
    private static let alphanumerics = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    @Test(arguments: [
        (ASCIISet.name, alphanumerics + "-._"),
        (.token, alphanumerics + "!#$%&'*+-.^_`|~"),
        (.unreserved, alphanumerics + "-._~"),
        (.target, alphanumerics + "-._~!$&'()*+,;=:@/?"),
        (.outsideHost, "/@, \t?#\\"),
        (ASCIISet("\0?@\u{7F}"), "\0?@\u{7F}"),
    ])
    func holdsItsCharactersAndNoOtherByte(set: ASCIISet, characters: String) {
        for byte in UInt8.min...UInt8.max { #expect(set.contains(byte) == characters.utf8.contains(byte)) }
    }

    @Test func tellsTheKindsOfBytesApart() {
        for byte in UInt8.min...UInt8.max {
            #expect(byte.isBlank == " \t".utf8.contains(byte))
            #expect(byte.isLineBreak == "\r\n".utf8.contains(byte))
            #expect(byte.isControl == (byte < 32 || byte == 127))
            #expect(byte.isFieldContent == (byte == 9 || byte >= 32 && byte != 127))
            #expect(byte.isDigit == "0123456789".utf8.contains(byte))
            let scalar = Unicode.Scalar(byte)
            #expect(byte.isLetter == (scalar.isASCII && scalar.properties.isAlphabetic))
            let isCapital = scalar.isASCII && scalar.properties.isUppercase
            #expect(byte.lowercased == (isCapital ? byte + 32 : byte))
            #expect(byte.hexadecimalValue == (byte < 128 ? Character(scalar).hexDigitValue.map { UInt8($0) } : nil))
        }
    }

    @Test(arguments: [
        ("", ""), (" \t", ""), ("a", "a"), (" \ta b\t ", "a b"), ("\na ", "\na"), ("\u{A0}a", "\u{A0}a"),
        ("a \u{301}", "a \u{301}"), (" \u{301}", "\u{301}"),
    ])
    func trimsBlanksByTheByte(text: String, trimmed: String) {
        #expect(Array(text.trimmingBlanks.utf8) == Array(trimmed.utf8))
        #expect(Array(text.utf8.trimmingBlanks) == Array(trimmed.utf8))
    }

    @Test(arguments: [("\r\n a \n\t", "a"), ("\r", ""), ("\n\u{301}a", "\u{301}a"), ("a\u{B}", "a\u{B}")])
    func trimsBlanksAndLineBreaks(text: String, trimmed: String) {
        #expect(Array(text.trimmingWhitespace.utf8) == Array(trimmed.utf8))
    }

    @Test(arguments: [
        ("", [""]), ("a", ["a"]), ("a\n", ["a", ""]), ("a\r\nb\nc", ["a", "b", "c"]), ("a\rb", ["a\rb"]),
        ("\r\n\r\n", ["", "", ""]), ("a\n\u{301}b", ["a", "\u{301}b"]),
    ])
    func splitsLines(text: String, lines: [String]) {
        #expect(text.lines.map(String.init) == lines)
    }

    @Test func comparesWithoutTheCaseOfASCIILettersOnly() {
        #expect("Content-Length".equals(ignoringCase: "content-LENGTH"))
        #expect(!"content-length".equals(ignoringCase: "content-lengt"))
        #expect(!"\u{E9}".equals(ignoringCase: "\u{C9}"))
        #expect(!"\u{E9}".equals(ignoringCase: "e\u{301}"))
        #expect(!"@[".equals(ignoringCase: "`{"))
        #expect("".equals(ignoringCase: ""))
    }

    @Test func knowsTokensFieldValuesAndNames() {
        #expect("GET".isToken && "x-amz-date".isToken)
        #expect(!"".isToken && !"a b".isToken && !"a\u{301}".isToken && !"a:".isToken)
        #expect("".isFieldValue && "a\tb \u{E9}".isFieldValue)
        #expect(!"a\nb".isFieldValue && !"\0".isFieldValue && !"\u{7F}".isFieldValue)
        #expect("Visit_1.a-B".isName(maximumLength: 11))
        #expect(!"Visit_1.a-B".isName(maximumLength: 10) && !"".isName(maximumLength: 10))
        #expect(!"a/b".isName(maximumLength: 10) && !"é".isName(maximumLength: 10))
    }

    @Test func growsAnArrayByDoubling() {
        var bytes: [UInt8] = []
        var capacities: Set<Int> = []
        for byte in UInt8.min...UInt8.max {
            bytes.append(upTo: 1) { $0.append(byte) }
            capacities.insert(bytes.capacity)
        }
        #expect(bytes == Array(UInt8.min...UInt8.max))
        #expect(capacities.count < 10)
    }
}
