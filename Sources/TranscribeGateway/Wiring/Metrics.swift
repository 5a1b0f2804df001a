import Caching
import Gateway
import MicroHTTPD
import Telemetry

// Values that are read when the metrics page is rendered.

extension JobGateway {
    func observe(in registry: PrometheusRegistry) {
        registry.observe("transcribe_gateway_cache_entries", help: "Answers in the cache.") {
            Double(self.cacheCounts.entries)
        }
        registry.observe("transcribe_gateway_cache_bytes", help: "Bytes that the cache accounts for.") {
            Double(self.cacheCounts.bytes)
        }
        registry.observe(
            "transcribe_gateway_cache_evictions", as: .counter, help: "Answers that made room for others."
        ) { Double(self.cacheCounts.evictions) }
        registry.observe(
            "transcribe_gateway_cache_expirations", as: .counter, help: "Answers that were asked for after their time."
        ) { Double(self.cacheCounts.expirations) }
        registry.observe("transcribe_gateway_waiting_requests", help: "Requests that wait for Amazon Transcribe.") {
            Double(self.fetcher.waiting)
        }
        fetcher.observe(in: registry)
    }
}

extension HTTPServer {
    func observe(in registry: PrometheusRegistry) {
        registry.observe("transcribe_gateway_connections", help: "Open connections of the public listener.") {
            Double(self.counts.open)
        }
        registry.observe("transcribe_gateway_connections_limit", help: "Connections that it holds at most.") {
            Double(self.connectionLimit)
        }
        count("transcribe_gateway_connections_accepted", "Connections that it took.", \.accepted, in: registry)
        count(
            "transcribe_gateway_connections_refused", "Connections that it closed at once, by reason.", \.refused,
            reason: "address", in: registry)
        let ended = "transcribe_gateway_connections_ended"
        let help = "Connections that it ended: idle, or too slow with a request or with an answer."
        count(ended, help, \.idle, reason: "idle", in: registry)
        count(ended, help, \.slowRequests, reason: "request", in: registry)
        count(ended, help, \.slowAnswers, reason: "answer", in: registry)
        count(
            "transcribe_gateway_descriptor_shortages", "Attempts to take a connection that found no descriptor.",
            \.shortages, in: registry)
    }

    private func count(
        _ name: String, _ help: String, _ path: any KeyPath<ServerCounts, Int> & Sendable, reason: String? = nil,
        in registry: PrometheusRegistry
    ) {
        let dimensions = reason.map { [("reason", $0)] } ?? []
        registry.observe(name, as: .counter, dimensions: dimensions, help: help) { Double(self.counts[keyPath: path]) }
    }
}
