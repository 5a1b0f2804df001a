import Logging
import RateLimiting
import Synchronization
import Testing

@testable import Gateway

@Suite struct UpstreamLogTests {
    private func messages(after conditions: [(Breaker.State, isThrottled: Bool)]) -> [String] {
        let lines = RecordedLines()
        let log = UpstreamLog(lines.logger(.info), of: .job)
        for (state, isThrottled) in conditions {
            log.record(AdmissionCondition(breaker: state, isThrottled: isThrottled))
        }
        return lines.texts
    }

    @Test func saysWhenTheBreakerOpensAndCloses() {
        let lines = messages(after: [(.open, false), (.halfOpen, false), (.closed, false)])
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("warning the breaker has opened") == true)
        #expect(lines.last?.hasPrefix("notice the breaker has closed") == true)
    }

    @Test func saysNothingOfProbesThatFail() {
        let outage: [(Breaker.State, isThrottled: Bool)] = [(.open, false), (.halfOpen, false), (.open, false)]
        #expect(messages(after: outage + outage).count == 1)
        #expect(messages(after: outage + [(.closed, false), (.closed, false)]).count == 2)
    }

    @Test func saysWhenCallsAreThrottledAndWhenNoLonger() {
        let lines = messages(after: [(.closed, true), (.closed, true), (.closed, false), (.closed, false)])
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("warning Amazon Transcribe throttles") == true)
        #expect(lines.last?.hasPrefix("notice calls to Amazon Transcribe are made at the full rate") == true)
    }
}

/// What was logged, as `level message`.
final class RecordedLines: Sendable {
    private let lines = Mutex<[String]>([])

    var texts: [String] { lines.withLock { $0 } }

    func logger(_ level: Logger.Level) -> Logger {
        Logger(label: "test") { _ in Handler(lines: self, logLevel: level) }
    }

    private struct Handler: LogHandler {
        let lines: RecordedLines
        var logLevel: Logger.Level
        var metadata = Logger.Metadata()

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let members = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
            lines.lines.withLock { $0.append("\(event.level) \(event.message)\(members.joined())") }
        }
    }
}
