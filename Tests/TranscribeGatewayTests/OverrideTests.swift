import Testing

@testable import TranscribeGateway

@Suite struct OverrideTests {
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

    @Test func suggestsTheKeyThatWasMeant() {
        #expect(sentences(set: ["listen.prot=1"]) == ["--set listen.prot is not a setting; did you mean listen.port?"])
    }
}
