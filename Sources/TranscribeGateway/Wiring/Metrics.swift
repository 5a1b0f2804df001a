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
        registry.observe("transcribe_gateway_upstream_in_flight", help: "Calls to Amazon Transcribe under way.") {
            Double(self.fetcher.inFlight)
        }
        registry.observe("transcribe_gateway_waiting_requests", help: "Requests that wait for such a call.") {
            Double(self.fetcher.waiting)
        }
        registry.observe("transcribe_gateway_upstream_tokens", help: "Calls that could be made at once now.") {
            self.fetcher.budgetLeft ?? .infinity
        }
    }
}

extension HTTPServer {
    func observe(in registry: PrometheusRegistry) {
        registry.observe("transcribe_gateway_connections", help: "Open connections of the public listener.") {
            Double(self.connectionCount)
        }
    }
}
