import AWSCredentials
import Testing

/// Beside the cases that the AWS SDKs share.
@Suite struct SharedFileParserTests {
    private func region(in text: String) throws(CredentialsError) -> String? {
        let contents = try SharedFileParser.contents(of: text, as: .config, path: "f")
        return contents.sections[.profile("default")]?.value(of: "region")
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

    @Test(arguments: [
        "[default]\nregion: x", "[default]\nregion :x", "[default]\nregion:x", "[default]\n  region = x",
        "[default]\n  output = json\n  region = x", "[default]\n    output = json\n  region = x",
        "[default]\noutput = json\n  # a comment\nregion = x", "[default]\nregion = x\n  # a comment",
        "[default]\nregion = x\n\t; a comment\n", "  [default]\n  region = x",
        "[default]\n output = a\n[default]\n region = x",
    ])
    func readsWhatPythonsParserReads(text: String) throws {
        #expect(try region(in: text) == "x")
    }

    @Test func continuesAPropertyWithALineThatIsIndentedFurther() throws {
        #expect(try region(in: "[default]\n  region = x\n   y = z\n") == "x\ny = z")
    }

    @Test(arguments: [
        ("[profile \"my dev\"]", SharedFile.config, "my dev"), ("[profile 'my dev']", .config, "my dev"),
        ("[profile\t\"a!b\" ]", .config, "a!b"), ("[profile my\\ dev]", .config, "my dev"),
        ("[\"my dev\"]", .credentials, "\"my dev\""), ("[my dev]", .credentials, "my dev"),
        ("[ a!b ]", .credentials, "a!b"),
    ])
    func readsTheNameInAHeading(heading: String, file: SharedFile, name: String) throws {
        let contents = try SharedFileParser.contents(of: heading, as: file, path: "f")
        #expect(contents.sections.keys.map(\.name) == [name])
        #expect(contents.ignored.isEmpty)
    }

    @Test(arguments: [
        ("[profile \"a\" b]", SharedFile.config), ("[profile \"a]", .config), ("[profile \"\"]", .config),
        ("[profile]", .config), ("[profile a b]", .config), ("[profile a]", .credentials), ("[]", .credentials),
    ])
    func ignoresAHeadingThatNamesNoProfile(heading: String, file: SharedFile) throws {
        let contents = try SharedFileParser.contents(of: heading, as: file, path: "f")
        #expect(contents.sections.isEmpty)
        #expect(contents.ignored.map(\.line) == [FileLine(path: "f", number: 1)])
    }
}
