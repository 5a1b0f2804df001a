import Testing

@testable import TranscribeGateway

@Suite struct SecretTests {
    static let secret = "correct-horse-battery-staple"

    @Test func readsTheKeyOfNames() throws {
        let settings = try load(["GATEWAY_LOG_NAME_KEY": Self.secret])
        #expect(settings.log.nameKey?.bytes == Array(Self.secret.utf8))
    }

    @Test func showsNoSecretInReportDescriptionOrDump() throws {
        let settings = try load(["GATEWAY_LOG_NAME_KEY": Self.secret])
        #expect(settings.effective.report.contains("log.nameKey                 = (secret)"))
        var dumped = ""
        dump(settings, to: &dumped)
        for text in [settings.effective.report, dumped, "\(settings)", String(reflecting: settings)] {
            #expect(!text.contains("horse"))
            #expect(!text.contains("99, 111, 114") && !text.contains("- 99\n"), "the bytes of the secret")
        }
    }

    @Test func saysWhyASecretIsRefusedWithoutShowingIt() {
        #expect(
            sentences(["GATEWAY_LOG_NAME_KEY": "short-horse"])
                == [
                    "GATEWAY_LOG_NAME_KEY has a value (secret, not shown here) that is not allowed: "
                        + "it must be random or a text of 16 to 1024 bytes of UTF-8 without U+FFFD "
                        + "(write random bytes in hexadecimal or base64)."
                ])
    }

    @Test(arguments: ["log.nameKey:hor-se!horse", "log.nameKye=horse", "log.nameKey horse"])
    func showsNoSecretThatMissedItsKey(assignment: String) {
        let all = sentences(set: [assignment])
        #expect(all.count == 1)
        #expect(!all.joined().contains("horse"))
    }

    @Test func showsNoSecretThatMissedItsVariableOrMember() {
        let environment = sentences(["GATEWAY_LOG_NAMEKEY": "horse", "GATEWAY_KEY": "horse"])
        #expect(environment.count == 2)
        #expect(!environment.joined().contains("horse"))
        let contents = #"{"log": {"nameKey": ["horse"], "key": "horse"}}"#
        let file = ConfigurationFile(path: "f", contents: contents, definitions: Settings.definitions)
        #expect(file.problems.count == 2)
        #expect(!file.problems.map(\.description).joined().contains("horse"))
    }

    @Test func showsNoUserInformationOfAURL() {
        let all = sentences(["GATEWAY_LISTEN_HOST": "https://user:horse@host/"])
        #expect(all.first?.contains(#"is "https://(hidden)@host/""#) == true)
    }

    /// Bytes that are not UTF-8 are all read as this one scalar.
    @Test func refusesASecretThatIsNotUTF8() {
        let text = String(decoding: [UInt8](repeating: 0xFE, count: 32), as: UTF8.self)
        let all = sentences(["GATEWAY_LOG_NAME_KEY": text])
        #expect(all.count == 1 && all.first?.contains("in hexadecimal or base64") == true)
    }

    @Test(arguments: [
        ("user:horse@proxy:8080", "(hidden)@proxy:8080"), ("https:/user:horse@proxy", "(hidden)@proxy"),
        ("https:user:ho@rse@proxy", "(hidden)@proxy"), ("user:horse://battery@proxy", "(hidden)@proxy"),
        ("https://user:horse@proxy/", "https://(hidden)@proxy/"), ("https://a/?key=horse", "https://a/?(hidden)"),
        ("https://a:ho?rse@b/c#horse", "https://(hidden)@b/c#(hidden)"), ("https://proxy", "https://proxy"),
    ])
    func hidesAllBeforeTheLastAtSignOfAValue(value: String, shown: String) {
        #expect(value.quoted == "\"\(shown)\"")
    }

    @Test func showsThePathOfAFileThatHasAnAtSign() {
        let all = sentences(["GATEWAY_CONFIG": "/nonexistent/ward@clinic.json"])
        #expect(all == ["The configuration file /nonexistent/ward@clinic.json (GATEWAY_CONFIG) does not exist."])
    }

    @Test(arguments: [#"{"log": {"nameKey": "horse-battery-staple"}}"#, "\n [\"horse\"]"])
    func showsNoJSONThatStandsInPlaceOfAPath(content: String) {
        #expect(
            sentences(["GATEWAY_CONFIG": content]) == ["GATEWAY_CONFIG holds JSON, but must name a file that does."])
        let option = SettingsSources(files: [content])
        #expect(option.file?.problems.map(\.description) == ["--config holds JSON, but must name a file that does."])
    }

    /// A combining mark makes one Character of a delimiter and itself; a line break ends what `.` matches.
    @Test(arguments: [
        "https://\u{301}user:horse@host", "https://user:horse@\u{301}host",
        "https://user:ho\nhorse@host",
    ])
    func hidesThePasswordOfAURLBesideACombiningMarkOrALineBreak(url: String) {
        #expect(!url.printable.contains("horse"))
    }
}
