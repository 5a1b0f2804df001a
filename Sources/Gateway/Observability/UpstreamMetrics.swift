import CoreMetrics
import RateLimiting
public import Telemetry
import Transcribe

/// What was asked of Amazon Transcribe, by what came of it: fetches, and the attempts that they are made of. An error has
/// the same label in both.
struct UpstreamMetrics: Sendable {
    /// What can be asked; the raw value is a label.
    enum Operation: String, CaseIterable {
        case job
        case list
    }

    private static let duration = "transcribe_gateway_upstream_call_duration"

    private let fetches: LabelledCounters
    private let attempts: LabelledCounters
    /// By operation.
    private let durations: [Timer]

    init(registry: PrometheusRegistry) {
        fetches = LabelledCounters(
            "transcribe_gateway_fetches", by: "result", FetchFailure.labels,
            help: "Attempts to bring a job that was not cached or not fresh, by what they brought.", registry)
        attempts = LabelledCounters(
            "transcribe_gateway_upstream_attempts", by: "outcome", UpstreamDisposition.Label.allCases.map(\.rawValue),
            help: "Calls to Amazon Transcribe, each retry counted, by how they ended.", registry)
        registry.describe(
            Self.duration, help: "Time that calls to Amazon Transcribe took, each retry by itself.", buckets: .calls)
        durations = Operation.allCases.map { operation in
            Timer(label: Self.duration, dimensions: [("operation", operation.rawValue)], factory: registry)
        }
    }

    /// Counts a fetch. Nil if it brought a job.
    func increment(fetch failure: FetchFailure?) { fetches.increment(failure?.label) }

    /// Counts an attempt. Nil if it brought a job.
    func increment(attempt error: TranscribeError?) { attempts.increment(error?.disposition.label.rawValue) }

    func record(_ operation: Operation, tookNanoseconds time: Int64) {
        durations[operation == .job ? 0 : 1].recordNanoseconds(time)
    }
}

extension HistogramBuckets {
    /// Seconds, around the tens of milliseconds that AWS takes, up to the longest `upstream.timeout` that is usual.
    fileprivate static let calls = HistogramBuckets([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
}

/// A counter for each label, and for `succeeded`; all made at the start, so that a series is 0 before it is first counted.
public struct LabelledCounters: Sendable {
    private let counters: [String: Counter]
    private let successes: Counter

    public init(
        _ name: String, by dimension: String, _ labels: some Sequence<String>, help: String,
        _ registry: PrometheusRegistry
    ) {
        registry.describe(name, help: help)
        func counter(_ label: String) -> Counter {
            Counter(label: name, dimensions: [(dimension, label)], factory: registry)
        }
        successes = counter("succeeded")
        counters = Dictionary(uniqueKeysWithValues: labels.map { ($0, counter($0)) })
    }

    /// Nil is a success.
    public func increment(_ label: String?) {
        guard let label else { return successes.increment() }
        counters[label]?.increment()
    }
}

// What lets calls to AWS through, and what keeps them.

extension Fetcher {
    /// Adds the admission's values to the metrics page. They are read when the page is rendered.
    public func observe(in registry: PrometheusRegistry) {
        func gauge(_ name: String, _ help: String, _ read: @escaping @Sendable (AdmissionStatus) -> Double) {
            registry.observe("transcribe_gateway_upstream_\(name)", help: help) { read(self.admissionStatus) }
        }
        func counter(_ name: String, _ help: String, _ read: @escaping @Sendable (AdmissionStatus) -> Double) {
            registry.observe("transcribe_gateway_upstream_\(name)", as: .counter, help: help) {
                read(self.admissionStatus)
            }
        }
        gauge("in_flight", "Calls to Amazon Transcribe under way.") { Double($0.inFlight) }
        gauge("concurrency", "Calls that may be under way at a time.") { Double($0.limit) }
        gauge("tokens", "Calls that could be made at once now.") { $0.tokens ?? .infinity }
        gauge("rate", "Calls a second that may be made now, as learned from throttling.") { $0.rate ?? .infinity }
        gauge("queue", "Calls that wait for their turn.") { Double($0.waiting) }
        counter("breaker_changes", "Changes of the breaker's state.") { Double($0.breakerChanges) }
        counter("admitted", "Calls that were let through.") { Double($0.counts.admitted) }
        counter("retries", "Further attempts that were let through.") { Double($0.counts.retries) }
        counter("retries_refused", "Further attempts that were not.") { Double($0.counts.retriesRefused) }
        counter("waits", "Calls and further attempts that were let through after waiting.") { Double($0.counts.waits) }
        counter("wait_seconds", "The sum of their waits.") { $0.counts.waited / .seconds(1) }
        observeStates(in: registry)
    }

    private func observeStates(in registry: PrometheusRegistry) {
        for state in Breaker.State.allCases {
            registry.observe(
                "transcribe_gateway_upstream_breaker", dimensions: [("state", state.rawValue)],
                help: "1 for the state that the breaker is in."
            ) { self.admissionStatus.breaker == state ? 1 : 0 }
        }
        for reason in AdmissionRefusal.Reason.allCases {
            registry.observe(
                "transcribe_gateway_upstream_refused", as: .counter, dimensions: [("reason", reason.rawValue)],
                help: "Calls that were not let through."
            ) { Double(self.admissionStatus.counts.refused[reason] ?? 0) }
        }
    }
}
