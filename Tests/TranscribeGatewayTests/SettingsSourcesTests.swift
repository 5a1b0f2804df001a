import ArgumentParser
import Foundation
import MicroHTTPD
import Testing
import Transcribe

@testable import TranscribeGateway

@Suite struct SettingsSourcesTests {
    @Test func splitsAnAssignmentAtTheFirstEqualsSign() {
        let override = Override(set: "log.nameKey=a=b")
        #expect(override == Override(option: "--set log.nameKey", key: "log.nameKey", value: "a=b"))
        #expect(Override(set: "log.nameKey=").value == "")
        #expect(Override(set: "log.nameKey").value == nil)
    }

    @Test func splitsBesideACombiningMark() {
        let override = Override(set: "log.nameKey=\u{301}secret")
        #expect(override == Override(option: "--set log.nameKey", key: "log.nameKey", value: "\u{301}secret"))
        #expect(Override(set: "log.nameKey\u{301}secret").option == "--set log.nameKey…")
    }

    @Test func refusesAKeyWithoutAValue() {
        #expect(
            sentences(set: ["listen.port"])
                == ["--set listen.port has no value; write --set listen.port=VALUE."])
    }

    @Test func refusesAKeyGivenTwice() throws {
        let twice = [Override(option: "--port", key: "listen.port", value: "1"), Override(set: "listen.port=2")]
        let error = #expect(throws: ConfigurationError.self) {
            try Settings.load(from: SettingsSources(overrides: twice))
        }
        let sentence = "listen.port is given twice, by --port and by --set listen.port; give it once."
        #expect(error?.description == sentence)
    }

    @Test(arguments: [2, 3])
    func saysOnceThatAnOptionIsGivenTwice(count: Int) {
        let sentence = "listen.port is given twice, both times by --set listen.port; give it once."
        #expect(sentences(set: Array(repeating: "listen.port=1", count: count)) == [sentence])
    }

    @Test(arguments: ["--host", "--port", "--config"])
    func refusesAnOptionGivenTwice(option: String) throws {
        let options = try SettingsOptions.parse([option, "1", option, "1"])
        let error = #expect(throws: ConfigurationError.self) {
            try Settings.load(from: SettingsSources(options))
        }
        #expect(error?.problems.first?.description.contains("given twice") == true)
    }

    @Test func suggestsTheKeyThatWasMeant() {
        #expect(sentences(set: ["listen.prot=1"]) == ["--set listen.prot is not a setting; did you mean listen.port?"])
    }
}

@Suite struct PrecedenceTests {
    @Test func takesTheOptionThenTheEnvironmentThenTheFileThenTheDefault() throws {
        let path = try temporaryFile(#"{"listen": {"port": 3, "threads": 3, "connections": 300}, "drain.delay": "3s"}"#)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let sources = SettingsSources(
            overrides: [Override(option: "--port", key: "listen.port", value: "1")],
            environment: ["GATEWAY_LISTEN_PORT": "2", "GATEWAY_LISTEN_THREADS": "2"], files: [path])
        let settings = try Settings.load(from: sources)

        #expect(settings.listen.port == 1)
        #expect(settings.source(of: "listen.port") == .option("--port"))
        #expect(settings.listen.server.threads == 2)
        #expect(settings.source(of: "listen.threads") == .environment("GATEWAY_LISTEN_THREADS"))
        #expect(settings.listen.server.connections == 300)
        #expect(settings.drain.delay == .seconds(3))
        #expect(settings.source(of: "drain.delay") == .file(path: path))
        #expect(settings.admin.port == 8081)
        #expect(settings.source(of: "admin.port") == .standard)
    }

    @Test func countsAnEmptyVariableAsUnset() throws {
        let settings = try load(["GATEWAY_LISTEN_PORT": "", "GATEWAY_LOG_NAME_KEY": ""])
        #expect(settings.listen.port == 8080)
        #expect(settings.source(of: "listen.port") == .standard)
        #expect(settings.log.nameKey == nil)
    }

    @Test func countsAnEmptyVariableThatIsNoSettingAsUnset() {
        #expect(sentences(["GATEWAY_NONSENSE": "", "GATEWAY_CONFIG": ""]) == [])
    }

    @Test func takesTheFileThatTheEnvironmentNames() throws {
        let path = try temporaryFile(#"{"listen": {"port": 3}}"#)
        let other = try temporaryFile(#"{"listen": {"port": 4}}"#)
        defer { for path in [path, other] { try? FileManager.default.removeItem(atPath: path) } }
        #expect(try load(["GATEWAY_CONFIG": path]).listen.port == 3)
        let both = SettingsSources(environment: ["GATEWAY_CONFIG": path], files: [other])
        #expect(try Settings.load(from: both).listen.port == 4)
        #expect(
            sentences(["GATEWAY_CONFIG": "/nonexistent"])
                == ["The configuration file /nonexistent (GATEWAY_CONFIG) does not exist."])
        #expect(sentences(["GATEWAY_CONFG": path]) == ["GATEWAY_CONFG is not a setting; did you mean GATEWAY_CONFIG?"])
    }

    /// AWS's own variable counts after every source of the gateway's own.
    @Test func takesTheAttemptsOfAWSWhereNoSourceSetsThem() throws {
        #expect(try load(["AWS_MAX_ATTEMPTS": "7"]).upstream.retryPolicy.attempts == 7)
        #expect(try load(["AWS_MAX_ATTEMPTS": "7"], set: ["upstream.attempts=2"]).upstream.retryPolicy.attempts == 2)
        #expect(try load(["AWS_MAX_ATTEMPTS": " 5\n"]).upstream.retryPolicy.attempts == 5)
        for blank in ["", " ", "\t\n"] {
            #expect(try load(["AWS_MAX_ATTEMPTS": blank]).upstream.retryPolicy.attempts == 3)
        }
        #expect(
            sentences(["AWS_MAX_ATTEMPTS": "many"])
                == [#"AWS_MAX_ATTEMPTS is "many", but must be a whole number from 1 to 100."#])
    }

    @Test func refusesABadValueOfTheHighestSourceOnly() {
        #expect(sentences(["GATEWAY_LISTEN_PORT": "x"], set: ["listen.port=1"]) == [])
    }

    @Test func reportsEveryProblemAtOnce() {
        let all = sentences(
            ["GATEWAY_LISTEN_PORT": "x", "GATEWAY_NONSENSE": "1", "GATEWAY_ZZZ": "1"],
            set: ["log.names=perhaps", "q=1"])
        #expect(
            all == [
                "--set q is not a setting; transcribe-gateway check lists all settings.",
                "GATEWAY_NONSENSE is not a setting; transcribe-gateway check lists all settings.",
                "GATEWAY_ZZZ is not a setting; transcribe-gateway check lists all settings.",
                #"GATEWAY_LISTEN_PORT is "x", but must be a port number from 0 to 65535."#,
                #"--set log.names is "perhaps", but must be true or false."#,
            ])
    }

    @Test func namesTheKeyAsTheUserWroteIt() throws {
        let path = try temporaryFile(#"{"listen": {"port": "z"}}"#)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let port = "a port number from 0 to 65535."
        #expect(sentences(["GATEWAY_ADMIN_PORT": "x"]) == [#"GATEWAY_ADMIN_PORT is "x", but must be \#(port)"#])
        #expect(sentences(set: ["admin.port=x"]) == [#"--set admin.port is "x", but must be \#(port)"#])
        let option = SettingsSources(overrides: [Override(option: "--port", key: "listen.port", value: "y")])
        let file = SettingsSources(files: [path])
        for (sources, sentence) in [
            (option, #"--port is "y", but must be \#(port)"#),
            (file, #"listen.port in \#(path) is "z", but must be \#(port)"#),
        ] {
            let error = #expect(throws: ConfigurationError.self) {
                try Settings.load(from: sources)
            }
            #expect(error?.description == sentence)
        }
    }

    private func temporaryFile(_ text: String) throws -> String {
        let url = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: url)
        return url.path
    }
}
