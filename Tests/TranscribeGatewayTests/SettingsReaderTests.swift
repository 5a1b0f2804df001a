import Testing

@testable import TranscribeGateway

@Suite struct SettingsReaderTests {
    @Test func alignsKeysValuesAndSources() {
        let settings = [
            EffectiveSetting(key: "a.b", text: "1", source: .standard),
            EffectiveSetting(key: "long.key", text: "three", source: .environment("GATEWAY_LONG_KEY")),
            EffectiveSetting(key: "x", text: String(repeating: "y", count: 41), source: .file(path: "g.json")),
        ]
        #expect(
            settings.report == """
                a.b      = 1       (default)
                long.key = three   (GATEWAY_LONG_KEY)
                x        = \(String(repeating: "y", count: 41))   (g.json)
                """)
    }

    @Test func listsEveryKeyWithItsSource() throws {
        let report = try load(["GATEWAY_DRAIN_DELAY": "3s"], set: ["listen.port=1"]).effective.report
        let lines = report.split(separator: "\n")
        #expect(lines.count == Settings.definitions.count)
        #expect(lines.contains { $0.hasPrefix("listen.port ") && $0.hasSuffix("(--set listen.port; restart)") })
        #expect(lines.contains { $0.hasPrefix("drain.delay ") && $0.hasSuffix("(GATEWAY_DRAIN_DELAY)") })
        #expect(lines.contains { $0.hasPrefix("admin.port ") && $0.hasSuffix("(default; restart)") })
    }
}
