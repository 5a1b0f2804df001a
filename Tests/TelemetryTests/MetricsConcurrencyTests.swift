import Dispatch
import Metrics
import Testing

@testable import Telemetry

@Suite struct MetricsConcurrencyTests {
    private let registry = PrometheusRegistry()
    private let threads = 8
    private let rounds = 100_000

    @Test func countsExactlyFromManyThreads() throws {
        let counter = registry.makeCounter(label: "c", dimensions: [])
        let meter = registry.makeMeter(label: "m", dimensions: [])
        let timer = registry.makeTimer(label: "t", dimensions: [])
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            for _ in 0..<rounds {
                counter.increment(by: 1)
                meter.increment(by: 1)
                timer.recordNanoseconds(500_000_000)
            }
        }
        let page = try ExpositionParser(registry.render())
        let total = Double(threads * rounds)
        #expect(page.value("c_total") == total)
        #expect(page.value("m") == total)
        #expect(page.value("t_seconds_count") == total)
        #expect(page.value("t_seconds_sum") == total / 2)
    }

    @Test func rendersAValidPageWhileSeriesComeAndGo() throws {
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            for round in 0..<500 {
                let timer = Timer(label: "t", dimensions: [("n", "\(round % 7)")], factory: registry)
                timer.recordMilliseconds(round)
                timer.destroy()
                if thread == 0 { #expect(throws: Never.self) { try ExpositionParser(registry.render()) } }
            }
        }
        #expect(
            try ExpositionParser(registry.render()).families.map(\.name) == ["transcribe_gateway_refused_series_total"])
    }
}
