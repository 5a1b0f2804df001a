import CoreMetrics
import Telemetry
import Transcribe

/// Counts the calls to Amazon Transcribe, attempt by attempt, by how they ended.
struct AttemptMetrics: Sendable {
    private static let name = "transcribe_gateway_upstream_attempts"

    private let counters: [AttemptOutcome: Counter]

    init(registry: PrometheusRegistry) {
        registry.describe(Self.name, help: "Calls to Amazon Transcribe, each retry counted, by how they ended.")
        counters = Dictionary(
            uniqueKeysWithValues: AttemptOutcome.allCases.map { outcome in
                let dimensions = [("outcome", outcome.rawValue)]
                return (outcome, Counter(label: Self.name, dimensions: dimensions, factory: registry))
            })
    }

    func note(_ outcome: AttemptOutcome) {
        counters[outcome]?.increment()
    }
}
