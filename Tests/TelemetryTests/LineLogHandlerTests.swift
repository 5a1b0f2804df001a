import Foundation
import Logging
import Testing

@testable import Telemetry

@Suite struct LineLogHandlerTests {
    private let head = #"{"time":"\#(LogOutput.timeText)","level":"info","logger":"test","message":"hi""#

    private func logged(
        _ format: LogFormat = .json, provider: Logger.MetadataProvider? = nil, _ body: (inout Logger) -> Void
    ) throws -> [String] {
        let output = LogOutput(format)
        var logger = Logger(label: "test") {
            LineLogHandler(label: $0, writer: output.writer, level: LogLevel(.trace), metadataProvider: provider)
        }
        body(&logger)
        return try output.lines()
    }

    @Test func writesOneJSONObjectALine() throws {
        let lines = try logged {
            $0.info("hi", metadata: ["b": "x\"y", "a": .stringConvertible(5), "c": .stringConvertible(true)])
        }
        #expect(lines == [head + #","a":5,"b":"x\"y","c":true}"#])
    }

    @Test func nestsMetadataInTheOrderOfItsKeys() throws {
        let lines = try logged {
            $0.info("hi", metadata: ["m": ["z": ["1", .stringConvertible(2), []], "a": [:], "k": ["x": "{"]]])
        }
        #expect(lines == [head + #","m":{"a":{},"k":{"x":"{"},"z":["1",2,[]]}}"#])
    }

    @Test func letsTheMoreSpecificMetadataWin() throws {
        let provider = Logger.MetadataProvider { ["a": "provider", "b": "provider", "c": "provider"] }
        let lines = try logged(provider: provider) {
            $0[metadataKey: "a"] = "logger"
            $0[metadataKey: "d"] = "logger"
            $0.info("hi", metadata: ["b": "event"])
        }
        #expect(lines == [head + #","a":"provider","b":"event","c":"provider","d":"logger"}"#])
    }

    @Test(arguments: ["time", "level", "logger", "message"])
    func keepsTheHeadFromBeingForgedByMetadata(name: String) throws {
        let lines = try logged { $0.info("hi", metadata: [name: "forged"]) }
        #expect(lines == [head + #","metadata.\#(name)":"forged"}"#])
    }

    @Test func addsTheError() throws {
        struct Broken: Error, CustomStringConvertible { let description = "it \"broke\"\n" }
        let lines = try logged { $0.info("hi", error: Broken()) }
        let line = try #require(lines.first)
        #expect(line.contains(#""error.message":"it \"broke\"\n","error.type":""#) && line.contains(#"Broken"}"#))
    }

    @Test func loggersFollowTheLevelThatTheyShare() throws {
        let (output, level) = (LogOutput(.json), LogLevel(.warning))
        let logger = Logger(label: "test") { LineLogHandler(label: $0, writer: output.writer, level: level) }
        var own = logger
        own.logLevel = .error
        for change in [.warning, .info, .error] as [Logger.Level] {
            level.change(to: change)
            logger.info("hi", metadata: ["level": "\(change)"])
            own.info("hi")
        }
        #expect(try output.lines() == [head + #","metadata.level":"info"}"#])
    }

    @Test func treatsLevelAndMetadataAsValues() throws {
        let lines = try logged { first in
            first.logLevel = .warning
            first[metadataKey: "only"] = "first"
            var second = first
            second.logLevel = .info
            second[metadataKey: "only"] = "second"
            first.info("not written")
            first.warning("hi")
            second.info("hi")
        }
        #expect(lines.count == 2)
        #expect(lines.first?.hasSuffix(#""only":"first"}"#) == true)
        #expect(lines.last?.hasSuffix(#""only":"second"}"#) == true)
    }

    @Test(
        arguments: [
            "x\n{\"time\":\"now\",\"level\":\"info\"}", "x\r\nforged", "x\u{2028}forged", "x\u{85}forged",
            "x\u{0}\u{1B}[2K",
            "\",\"level\":\"critical", "\\", "\u{202E}",
        ], [LogFormat.json, .console(coloured: false)])
    func writesOneLineForAnyText(text: String, format: LogFormat) throws {
        let lines = try logged(format) {
            $0.info("\(text)", metadata: [text: .string(text), "list": [.string(text), [text: .string(text)]]])
        }
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0 != "\u{2028}" })
        guard format == .json else { return }
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object?["message"] as? String == text)
        #expect(object?[text] as? String == text)
        #expect(object?["level"] as? String == "info")
        #expect(object?.count == 6)
    }

    @Test func alignsLinesForPeople() throws {
        let lines = try logged(.console(coloured: false)) {
            $0.info(
                "say \"hi\"", metadata: ["job": "a b", "n": .stringConvertible(3), "e": "", "list": ["x"], "k=": "v"])
            $0.critical("down")
        }
        #expect(
            lines == [
                LogOutput.timeText + #" info     test: say "hi" e="" job="a b" "k="=v list=["x"] n=3"#,
                LogOutput.timeText + " critical test: down",
            ])
    }

    @Test func coloursTheLevelOnlyIfTold() throws {
        let lines = try logged(.console(coloured: true)) { $0.error("down") }
        #expect(lines == [LogOutput.timeText + " \u{1B}[31merror\u{1B}[0m    test: down"])
    }
}
