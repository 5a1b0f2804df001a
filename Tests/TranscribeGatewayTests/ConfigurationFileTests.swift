import Foundation
import Testing
import Threads

@testable import TranscribeGateway

extension ConfigurationFile {
    init(path: String, contents: String, definitions: [SettingDefinition]) {
        self.init(path: path, contents: Array(contents.utf8), definitions: definitions)
    }
}

@Suite struct ConfigurationFileTests {
    @Test(arguments: [
        #"{"cache.ttl.running": "7s", "listen.port": 80, "log.names": true}"#,
        #"{"cache": {"ttl": {"running": "7s"}}, "listen": {"port": 80}, "log": {"names": true}}"#,
        #"{"cache": {"ttl.running": "7s"}, "listen": {"port": "80"}, "log.names": "true"}"#,
    ])
    func readsNestedAndDottedKeys(contents: String) {
        let file = file(contents)
        #expect(file.values == ["cache.ttl.running": "7s", "listen.port": "80", "log.names": "true"])
        #expect(file.problems == [])
    }

    @Test func readsAnArrayAsAList() {
        #expect(file(#"{"listen.hosts": ["a.example", "[::1]"]}"#).values == ["listen.hosts": "a.example,[::1]"])
    }

    @Test(arguments: [
        ("", "is not valid JSON: line 1, column 1 should have a value; texts stand in double quotes."),
        ("{", "is not valid JSON: line 1, column 2 should have a name in double quotes."),
        (
            "listen: {port: 1}",
            "is not valid JSON: line 1, column 1 should have a value; texts stand in double quotes."
        ),
        (
            "{\n  \"listen\": {\n    \"port\": 80,\n  }\n}",
            "is not valid JSON: line 4, column 3 should have a name in double quotes."
        ),
        ("{\"é\": 1 \"b\": 2}", "is not valid JSON: line 1, column 9 should have a comma or }."),
        ("[]", #"must hold a JSON object, such as {"listen": {"port": 8080}}, but holds an array."#),
        ("8080", #"must hold a JSON object, such as {"listen": {"port": 8080}}, but holds a number."#),
        ("null", #"must hold a JSON object, such as {"listen": {"port": 8080}}, but holds null."#),
    ])
    func refusesWhatIsNoObject(contents: String, reason: String) {
        #expect(sentences(contents) == ["The configuration file g.json \(reason)"])
    }

    @Test(arguments: [
        (#"{"listen": {"port": null}}"#, "null"), (#"{"listen": {"port": [80]}}"#, "an array"),
        (#"{"listen": {"port": {"number": 80}}}"#, "an object"), (#"{"listen.port": {}}"#, "an object"),
    ])
    func refusesValuesOfTheWrongType(contents: String, type: String) {
        let sentence = "listen.port in g.json is \(type), but must be a port number from 0 to 65535."
        #expect(sentences(contents) == [sentence])
    }

    @Test func refusesAListOfOtherThanTexts() {
        let allowed = "* or host names without a port, separated by commas"
        #expect(
            sentences(#"{"listen": {"hosts": ["a", 1]}}"#)
                == ["listen.hosts in g.json is an array, but must be \(allowed)."])
    }

    @Test(arguments: [
        (#"{"listen": {"prot": 1}}"#, "listen.prot in g.json is not a setting; did you mean listen.port?"),
        (#"{"lisen": {"port": 1}}"#, "lisen.port in g.json is not a setting; did you mean listen.port?"),
        (#"{"listen": 8080}"#, "listen in g.json is a number, but must be an object of settings."),
        (
            #"{"other": {}}"#,
            "other in g.json is not a setting; transcribe-gateway check lists all settings."
        ),
        (
            #"{"credentials": "s3cr3t"}"#,
            "credentials in g.json is not a setting; transcribe-gateway check lists all settings."
        ),
    ])
    func refusesUnknownKeys(contents: String, sentence: String) {
        #expect(sentences(contents) == [sentence])
    }

    @Test func acceptsAnEmptySection() {
        #expect(file(#"{"cache": {"ttl": {}}}"#) == file("{}"))
    }

    @Test func tellsAForbiddenFileFromAMissingOne() {
        #expect(ConfigurationFileError(reading: SystemCallError(code: EACCES)) == .forbidden)
        #expect(ConfigurationFileError(reading: SystemCallError(code: ENOENT)) == .missing)
    }

    @Test func refusesAKeyThatIsNestedAndDotted() {
        let sentence = "listen.port is given twice, in g.json, line 1; give it once."
        #expect(sentences(#"{"listen": {"port": 1}, "listen.port": 2}"#) == [sentence])
        #expect(sentences(#"{"listen.port": {}, "listen.port": 2}"#).last == sentence)
    }

    @Test(arguments: [
        ("{\n\"log.names\": true,\n\n\"log.names\": true}", "log.names is given twice, in g.json, lines 2 and 4"),
        ("{\"listen\": {\"port\": 1,\n\"port\": 1}}", "listen.port is given twice, in g.json, lines 1 and 2"),
        ("{\"log\": {\"names\": true},\n\"log\": {}}", "log is given twice, in g.json, lines 1 and 2"),
        ("{\"log\": {\"n\\u0061mes\": true, \"names\": true}}", "log.names is given twice, in g.json, line 1"),
    ])
    func refusesAMemberThatIsGivenTwice(contents: String, reason: String) {
        #expect(sentences(contents) == ["\(reason); give it once."])
    }

    @Test func showsANameThatIsGivenTwiceWithoutItsControlCharacters() {
        let all = sentences("{\"a\\u001b[31m\": 1, \"a\\u001b[31m\": 2}")
        #expect(all.count == 2 && all.allSatisfy { $0.allSatisfy { $0.isASCII && !$0.isNewline && $0 != "\u{1B}" } })
    }

    @Test func refusesAFileThatIsTooLarge() {
        let contents = String(repeating: " ", count: 1 << 20) + "{}"
        #expect(sentences(contents) == ["The configuration file g.json is larger than 1048576 bytes."])
    }

    @Test(arguments: [("/nonexistent/g.json", "does not exist"), ("/", "cannot be read: Is a directory")])
    func saysWhyAFileCannotBeRead(path: String, reason: String) {
        let file = ConfigurationFile(readingFrom: path, definitions: Settings.definitions)
        #expect(file.problems.map(\.description) == ["The configuration file \(path) \(reason)."])
    }

    @Test func survivesDeepNesting() {
        let deep = String(repeating: #"{"a":"#, count: 100_000) + "1" + String(repeating: "}", count: 100_000)
        let place = "line 1, column 161 should have a value that is nested less deep"
        #expect(sentences(deep) == ["The configuration file g.json is not valid JSON: \(place)."])
    }

    private func file(_ contents: String) -> ConfigurationFile {
        ConfigurationFile(path: "g.json", contents: contents, definitions: Settings.definitions)
    }

    private func sentences(_ contents: String) -> [String] { file(contents).problems.map(\.description) }
}
