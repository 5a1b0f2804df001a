import Gateway
import RateLimiting
import Telemetry

// What lets calls to AWS through, and what keeps them.

extension Fetcher {
    func observe(in registry: PrometheusRegistry) {
        func gauge(_ name: String, _ help: String, _ read: @escaping @Sendable (AdmissionStatus) -> Double) {
            registry.observe("transcribe_gateway_upstream_\(name)", help: help) { read(self.admissionStatus) }
        }
        func counter(_ name: String, _ help: String, _ read: @escaping @Sendable (AdmissionStatus) -> Double) {
            registry.observe("transcribe_gateway_upstream_\(name)", as: .counter, help: help) {
                read(self.admissionStatus)
            }
        }
        gauge("in_flight", "Calls to Amazon Transcribe under way.") { Double($0.inFlight) }
        gauge("concurrency", "Calls that may be under way now.") { Double($0.limit) }
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
