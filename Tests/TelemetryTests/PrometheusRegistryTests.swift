import Metrics
import Testing

@testable import Telemetry

@Suite struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry(buckets: HistogramBuckets([1, 5, 2]), seriesLimit: 50)

    private func page() throws -> ExpositionParser { try ExpositionParser(registry.render()) }

    private func text() -> String { String(decoding: registry.render(), as: UTF8.self) }

    private var refused: Double? { get throws { try page().value("transcribe_gateway_refused_series_total") } }

    @Test func showsEachKindUnderItsConventionalName() throws {
        registry.describe("http.requests", help: "Requests\nby \\ route")
        registry.describe("lookup", help: "Time of a look-up")
        Counter(label: "http.requests", dimensions: [("route", "job")], factory: registry).increment(by: 3)
        Counter(label: "already_total", dimensions: [], factory: registry).increment()
        Timer(label: "lookup", dimensions: [], factory: registry).recordMilliseconds(1500)
        Recorder(label: "size", dimensions: [], aggregate: true, factory: registry).record(4)
        Gauge(label: "temperature", dimensions: [], factory: registry).record(-0.5)
        let meter = Meter(label: "open", dimensions: [], factory: registry)
        meter.set(4)
        meter.increment(by: 1.5)
        meter.decrement(by: 0.25)

        let page = try page()
        #expect(page.value("http_requests_total", ["route": "job"]) == 3)
        #expect(page.value("already_total") == 1)
        #expect(page.value("lookup_seconds_sum") == 1.5)
        #expect(page.value("lookup_seconds_bucket", ["le": "2"]) == 1)
        #expect(page.value("size_bucket", ["le": "2"]) == 0)
        #expect(page.value("size_bucket", ["le": "5"]) == 1)
        #expect(page.value("temperature") == -0.5)
        #expect(page.value("open") == 5.25)
        #expect(page.families.first { $0.name == "http_requests_total" }?.help == "Requests\nby \\ route")
        #expect(page.families.first { $0.name == "lookup_seconds" }?.help == "Time of a look-up")
    }

    @Test func keepsTheOrderForAnyOrderOfCreation() throws {
        for name in ["b", "c", "a"] {
            for value in ["2", "1"] {
                Counter(label: name, dimensions: [("y", value), ("x", "0")], factory: registry).increment()
            }
        }
        let expected = ["a", "b", "c"].map {
            "# TYPE \($0)_total counter\n\($0)_total{x=\"0\",y=\"1\"} 1\n\($0)_total{x=\"0\",y=\"2\"} 1\n"
        }
        #expect(text().hasPrefix(expected.joined()))
    }

    @Test(arguments: ["\"", "\\", "\n", "a\"b\\c\nd", "}", ",x=\"", "\r\n", "é😀", ""])
    func keepsAnyLabelValue(value: String) throws {
        Counter(label: "c", dimensions: [("label", value)], factory: registry).increment()
        #expect(try page().value("c_total", ["label": value]) == 1)
    }

    @Test(arguments: [
        ("a.b-c", "a_b_c"), ("9lives", "_9lives"), ("", "_"), ("ns:x", "ns_x"), ("é", "__"), ("Az_09", "Az_09"),
    ])
    func makesNamesValid(label: String, name: String) throws {
        Meter(label: label, dimensions: [], factory: registry).set(1)
        #expect(try page().value(name) == 1)
    }

    @Test func givesTheSameInstrumentToTheSameNameAndLabels() throws {
        let first = registry.makeCounter(label: "c", dimensions: [("a", "1"), ("b", "2")])
        let second = registry.makeCounter(label: "c", dimensions: [("b", "2"), ("a", "1")])
        #expect(first === second)
        #expect(registry.makeCounter(label: "c", dimensions: []) !== first)
    }

    @Test func keepsASeriesUntilTheLastHolderDestroysIt() throws {
        let first = Counter(label: "c", dimensions: [], factory: registry)
        let second = Counter(label: "c", dimensions: [], factory: registry)
        first.increment()
        first.destroy()
        #expect(try page().value("c_total") == 1)
        second.destroy()
        second.increment()
        #expect(!text().contains("c_total 1"))
        #expect(try page().families.map(\.name) == ["transcribe_gateway_refused_series_total"])
        Counter(label: "c", dimensions: [], factory: registry).increment()
        #expect(try page().value("c_total") == 1)
        second.destroy()
        #expect(try page().value("c_total") == 1)
    }

    @Test func freesTheNamesOfWhatWasDestroyed() throws {
        let timer = Timer(label: "t", dimensions: [], factory: registry)
        timer.destroy()
        Meter(label: "t_seconds", dimensions: [], factory: registry).set(1)
        #expect(try page().value("t_seconds") == 1)
        #expect(try refused == 0)
    }

    @Test func refusesWhatWouldMakeThePageInvalid() throws {
        Meter(label: "m", dimensions: [("__name__", "x")], factory: registry).set(1)
        Meter(label: "m", dimensions: [("a.b", "x"), ("a_b", "y")], factory: registry).set(1)
        Timer(label: "m", dimensions: [("le", "x")], factory: registry).recordSeconds(1)
        #expect(try refused == 3)
        Timer(label: "t", dimensions: [], factory: registry).recordSeconds(1)
        Meter(label: "t_seconds", dimensions: [], factory: registry).set(1)
        Meter(label: "t_seconds_count", dimensions: [], factory: registry).set(1)
        #expect(try refused == 5)
        #expect(try page().families.map(\.name) == ["t_seconds", "transcribe_gateway_refused_series_total"])
    }

    @Test func boundsTheNumberOfSeries() throws {
        for number in 0..<100 { Counter(label: "c", dimensions: [("n", "\(number)")], factory: registry).increment() }
        #expect(try page().families.flatMap(\.samples).count == 50)
        #expect(try refused == 51)
    }

    @Test func readsObservedValuesWhenThePageIsRendered() throws {
        let level = Meter(label: "level", dimensions: [], factory: registry)
        registry.observe("watchers", dimensions: [("kind", "wait")], help: "Waiting requests") { 2.5 }
        registry.observe("evictions", as: .counter, help: "Evicted") { [registry] in
            // No lock is held, so the registry can be used here.
            registry.makeCounter(label: "reads", dimensions: []).increment(by: 1)
            return 7
        }
        level.set(1)
        #expect(try page().value("watchers", ["kind": "wait"]) == 2.5)
        #expect(try page().value("evictions_total") == 7)
        #expect(try page().families.first { $0.name == "watchers" }?.help == "Waiting requests")
        #expect(try page().value("reads_total") ?? 0 >= 3)
    }

    @Test(arguments: [
        (Double.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (1e-7, "1e-07"), (1e300, "1e+300"), (5, "5"),
    ])
    func writesAnyNumber(value: Double, text: String) throws {
        registry.observe("v", help: "v") { value }
        #expect(self.text().contains("\nv \(text)\n"))
        _ = try page()
    }

    @Test func ignoresNegativeIncrements() throws {
        let counter = registry.makeCounter(label: "c", dimensions: [])
        counter.increment(by: 2)
        counter.increment(by: -1)
        #expect(try page().value("c_total") == 2)
        counter.reset()
        #expect(try page().value("c_total") == 0)
    }
}
