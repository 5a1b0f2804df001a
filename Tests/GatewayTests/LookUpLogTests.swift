import HTTPExchange
import HTTPTypes
import Logging
import Testing
import Transcribe

@testable import Gateway

@Suite struct LookUpLogTests {
    private func lines(_ level: Logger.Level, _ body: (TestBench) async throws -> Void) async throws -> [String] {
        let recorded = RecordedLines()
        try await TestBench(logger: recorded.logger(level)).run(body)
        return recorded.texts.filter { $0.contains("look-up:") }
    }

    @Test func tellsTheStepsOfALookUp() async throws {
        let lines = try await lines(.debug) { bench in
            bench.source.put("visit-42", .finished("visit-42"))
            #expect(await bench.get("/jobs/visit-42").status == .ok)
            #expect(await bench.get("/jobs/visit-42").status == .ok)
        }
        let steps = ["debug look-up: asks for admission", "debug look-up: calls AWS", "debug look-up: answered"]
        #expect(lines.count == steps.count)
        for (line, step) in zip(lines, steps) { #expect(line.hasPrefix(step), "\(line)") }
        #expect(lines.last?.contains("answer=COMPLETED") == true && lines.last?.contains("stored=true") == true)
        #expect(lines.allSatisfy { $0.contains("job=") && !$0.contains("visit") })
    }

    @Test func tellsWhyThereIsNoJob() async throws {
        let lines = try await lines(.debug) { bench in
            #expect(await bench.get("/jobs/visit-43").status == .notFound)
        }
        #expect(lines.contains { $0.contains("the call brought no job") && $0.contains("AWS knows no such job") })
        #expect(lines.last?.contains("answer=no job") == true)
    }

    @Test func saysNothingAtAHigherLevel() async throws {
        let lines = try await lines(.info) { _ = await $0.get("/jobs/visit-43") }
        #expect(lines.isEmpty)
    }
}
