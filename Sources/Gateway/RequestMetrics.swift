import CoreMetrics
import Telemetry

/// The metrics of the public listener. None has a label with more than a handful of values.
struct RequestMetrics: Sendable {
    private static let requests = "transcribe_gateway_requests"
    private static let duration = "transcribe_gateway_request_duration"
    private static let statuses = [
        200, 304, 400, 404, 405, 413, 414, 417, 421, 429, 431, 501, 502, 503, 504, 505,
    ]

    private let counters: [Int: Counter]
    private let others: Counter
    private let timers: [Outcome: Timer]

    init(registry: PrometheusRegistry) {
        registry.describe(Self.requests, help: "Requests to the public listener, by the status of their answer.")
        registry.describe(Self.duration, help: "Time from a request's header section to its answer, by outcome.")
        func counter(_ status: String) -> Counter {
            Counter(label: Self.requests, dimensions: [("status", status)], factory: registry)
        }
        counters = Dictionary(uniqueKeysWithValues: Self.statuses.map { ($0, counter(String($0))) })
        others = counter("other")
        timers = Dictionary(
            uniqueKeysWithValues: Outcome.allCases.map { outcome in
                let dimensions = [("outcome", outcome.rawValue)]
                return (outcome, Timer(label: Self.duration, dimensions: dimensions, factory: registry))
            })
    }

    func note(_ outcome: Outcome, status: Int, elapsed: Duration) {
        (counters[status] ?? others).increment()
        timers[outcome]?.recordMicroseconds(elapsed.microseconds)
    }
}
