import Testing

@testable import Telemetry

@Suite struct EscapingTests {
    @Test(arguments: [
        ("plain text ~!", "plain text ~!"),
        ("", ""),
        ("say \"hi\"", #"say \"hi\""#),
        (#"a\b"#, #"a\\b"#),
        ("a\nb\rc\td", #"a\nb\rc\td"#),
        ("\r\n", #"\r\n"#),
        ("\u{0}\u{1}\u{1F}", #"\u0000\u0001\u001f"#),
        ("\u{1B}[31mred\u{7F}", #"\u001b[31mred\u007f"#),
        ("\u{80}\u{85}\u{9B}\u{9F}", #"\u0080\u0085\u009b\u009f"#),
        ("\u{A0}", "\u{A0}"),
        ("\u{2027}\u{2028}\u{2029}\u{202A}\u{202E}\u{202F}", "\u{2027}\\u2028\\u2029\\u202a\\u202e\u{202F}"),
        ("\u{2065}\u{2066}\u{2069}\u{206A}", "\u{2065}\\u2066\\u2069\u{206A}"),
        ("Zoë €€ 日本語 😀", "Zoë €€ 日本語 😀"),
        ("ends in €", "ends in €"),
    ])
    func escapesWhatCouldEndOrForgeALine(text: String, expected: String) {
        var buffer = TextBuffer()
        buffer.append(escaping: text, quoted: true)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == expected)
    }

    @Test func leavesQuotationMarksAloneOutsideOfQuotes() {
        var buffer = TextBuffer()
        buffer.append(escaping: "a \"b\" \\ \n", quoted: false)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == #"a "b" \ \n"#)
    }

    @Test func escapesEveryControlCharacterAndNoOther() {
        for value in UInt32(0)...0x3000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            var buffer = TextBuffer()
            buffer.append(escaping: String(scalar), quoted: false)
            let isEscaped = buffer.bytes.first == UInt8(ascii: "\\") && value != 0x5C
            let isControl = scalar.properties.generalCategory == .control
            let isSeparator = (0x2028...0x2029).contains(value)
            let isBidirectional = (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
            #expect(isEscaped == (isControl || isSeparator || isBidirectional), "U+\(String(value, radix: 16))")
        }
    }

    /// Text without escapes takes a shorter way.
    @Test func escapesTheSameInStringsAndConsoleValues() {
        for value in UInt32(0)...0x3000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = "a\(scalar)b"
            let quoted = "\"\(written { $0.append(escaping: text, quoted: true) })\""
            #expect(written { $0.string(text) } == quoted)
            let isWord = (0x21...0x7E).contains(value) && ![0x22, 0x3D, 0x5C].contains(value)
            #expect(written { $0.consoleValue(text) } == (isWord ? text : quoted))
        }
    }

    private func written(_ write: (inout TextBuffer) -> Void) -> String {
        var buffer = TextBuffer()
        write(&buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }
}
