import Metrics
import Testing

@testable import Telemetry

@Suite struct HistogramTests {
    private let registry = PrometheusRegistry()

    /// The cumulative counts of the buckets 1, 2, 5 and +Inf after one value.
    private func counts(after value: Double) throws -> [Double?] {
        registry.describe("h", help: "h", buckets: HistogramBuckets([5, 1, 2, 2, .infinity, .nan]))
        registry.makeRecorder(label: "h", dimensions: [], aggregate: true).record(value)
        let page = try ExpositionParser(registry.render())
        return ["1", "2", "5", "+Inf"].map { page.value("h_bucket", ["le": $0]) }
    }

    @Test(arguments: [
        (-1.0, [1, 1, 1, 1]), (1, [1, 1, 1, 1]), (1.0.nextUp, [0, 1, 1, 1]), (2, [0, 1, 1, 1]),
        (2.0.nextUp, [0, 0, 1, 1]),
        (5, [0, 0, 1, 1]), (5.0.nextUp, [0, 0, 0, 1]), (1e300, [0, 0, 0, 1]),
        (.nan, [0, 0, 0, 0]), (.infinity, [0, 0, 0, 0]),
    ])
    func putsAValueUnderEachBoundItDoesNotExceed(value: Double, expected: [Double]) throws {
        #expect(try counts(after: value) == expected)
    }

    @Test func timesInSecondsWithTheBucketsForLatency() throws {
        let timer = registry.makeTimer(label: "t", dimensions: [("route", "job")])
        timer.recordNanoseconds(100_000)
        timer.recordNanoseconds(100_001)
        timer.recordNanoseconds(20_000_000_000)
        let page = try ExpositionParser(registry.render())
        #expect(page.value("t_seconds_bucket", ["route": "job", "le": "0.0001"]) == 1)
        #expect(page.value("t_seconds_bucket", ["route": "job", "le": "0.00025"]) == 2)
        #expect(page.value("t_seconds_bucket", ["route": "job", "le": "10"]) == 2)
        #expect(page.value("t_seconds_count", ["route": "job"]) == 3)
        #expect(abs((page.value("t_seconds_sum", ["route": "job"]) ?? 0) - 20.000_200_001) < 1e-12)
    }

    @Test func worksWithoutAnyBound() throws {
        let registry = PrometheusRegistry(buckets: HistogramBuckets([]))
        registry.makeTimer(label: "t", dimensions: []).recordNanoseconds(1)
        #expect(try ExpositionParser(registry.render()).value("t_seconds_bucket", ["le": "+Inf"]) == 1)
    }
}
