import AWSCredentials
import Testing

/// Beside the cases that the AWS SDKs share.
@Suite struct SharedFileParserTests {
    private func region(in text: String) throws(CredentialsError) -> String? {
        try SharedFileParser.sections(of: text, as: .config, path: "f")[.profile("default")]?.value(of: "region")
    }

    /// A delimiter and a combining mark after it are one Character.
    @Test(arguments: [
        ("region =\u{301}x", "\u{301}x"), ("region = x #\u{301}y", "x"), ("#\u{301} a comment\nregion = x", "x"),
        ("region = x\n \u{301}y", "x\n\u{301}y"), ("region = x ;\u{FE0F}y", "x"),
    ])
    func findsADelimiterBeforeACombiningMark(lines: String, value: String) throws {
        #expect(try region(in: "[default]\n" + lines) == value)
    }

    @Test(arguments: ["[default]\r\nregion = x\r\n", "[default] \r\n\r\nregion = x", "[default]\nregion = x\r"])
    func readsLinesThatEndInCRLF(text: String) throws {
        #expect(try region(in: text) == "x")
    }
}
