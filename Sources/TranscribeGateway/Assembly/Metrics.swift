import Caching
import Curl
import Formats
import Gateway
import MicroHTTPD
import OwnProcess
import RateLimiting
import Telemetry

// Values that are read when the metrics page is rendered.

extension PrometheusRegistry {
    /// What runs here, and what it takes of the machine.
    func observeProgram() {
        let build = [
            ("version", Identity.version), ("revision", Identity.revision),
            ("libmicrohttpd", LibraryBehaviour.version), ("libcurl", CurlClient.libraryVersion),
        ]
        observe("transcribe_gateway_build_info", dimensions: build, help: "Always 1; what runs.") { 1 }
        func process(
            _ name: String, as observation: Observation = .gauge, _ help: String,
            _ read: @escaping @Sendable (ProcessUsage) -> Double
        ) {
            observe("process_\(name)", as: observation, help: help) { ProcessUsage.now.map(read) ?? .nan }
        }
        process("cpu_seconds", as: .counter, "Time of processors, in user and system mode.") { $0.processorSeconds }
        process("resident_memory_bytes", "Memory that is resident.") { Double($0.residentBytes) }
        process("virtual_memory_bytes", "Addresses that are mapped.") { Double($0.virtualBytes) }
        process("threads", "Threads.") { Double($0.threads) }
        process("open_fds", "Open descriptors.") { Double($0.descriptors) }
        process("start_time_seconds", "When the process began, in seconds since 1970.") { $0.startTime }
        observe("process_max_fds", help: "Descriptors that may be open.") { Double(DescriptorLimit.current) }
    }
}

extension LogWriter {
    func observe(in registry: PrometheusRegistry) {
        registry.observe(
            "transcribe_gateway_log_lines_dropped", as: .counter,
            help: "Log lines that were dropped because their reader was too slow or failed."
        ) { Double(self.droppedLines) }
    }
}

extension Readiness {
    func observe(in registry: PrometheusRegistry) {
        func gauge(_ name: String, _ help: String, _ read: @escaping @Sendable (Readiness) -> Double) {
            registry.observe("transcribe_gateway_\(name)", help: help) { read(self) }
        }
        gauge("ready", "1 if the gateway is ready for requests, else 0.") { $0.isReady ? 1 : 0 }
        gauge(
            "credentials_expiration_timestamp_seconds",
            "When the AWS credentials in use end, in seconds since 1970; +Inf if they do not, NaN if there are none."
        ) { readiness in
            guard let credentials = readiness.credentials, credentials.source != nil else { return .nan }
            return credentials.expiration?.secondsSinceEpoch ?? .infinity
        }
        gauge(
            "credentials_last_refresh_timestamp_seconds",
            "When a source last gave AWS credentials, in seconds since 1970; NaN if none has."
        ) { $0.credentials?.refreshed?.secondsSinceEpoch ?? .nan }
        gauge(
            "credentials_refresh_failing", "1 if the last attempt to get AWS credentials has failed, else 0."
        ) { $0.credentials?.failure == nil ? 0 : 1 }
    }
}

extension Timestamp {
    fileprivate var secondsSinceEpoch: Double { Double(millisecondsSinceEpoch) / 1_000 }
}

extension JobGateway {
    func observe(in registry: PrometheusRegistry) {
        registry.observe("transcribe_gateway_cache_entries", help: "Answers in the cache.") {
            Double(self.cacheCounts.entries)
        }
        registry.observe("transcribe_gateway_cache_bytes", help: "Bytes that the cache accounts for.") {
            Double(self.cacheCounts.bytes)
        }
        registry.observe(
            "transcribe_gateway_cache_evictions", as: .counter, help: "Answers that were evicted for others."
        ) { Double(self.cacheCounts.evictions) }
        registry.observe(
            "transcribe_gateway_cache_expirations", as: .counter, help: "Answers that were past their time."
        ) { Double(self.cacheCounts.expirations) }
        registry.observe("transcribe_gateway_waiting_requests", help: "Requests that wait for Amazon Transcribe.") {
            Double(self.fetcher.waiting)
        }
        fetcher.observe(in: registry)
        observeWatches(in: registry)
    }
}

extension HTTPServer {
    func observe(in registry: PrometheusRegistry) {
        let library = [
            ("version", LibraryBehaviour.version), ("checks", LibraryBehaviour.observed.checks.rawValue),
        ]
        registry.observe(
            "transcribe_gateway_http_library", dimensions: library,
            help: "Always 1; the version of libmicrohttpd, and what finds requests that break HTTP's grammar."
        ) { 1 }
        registry.observe("transcribe_gateway_connections", help: "Open connections of the public listener.") {
            Double(self.counts.open)
        }
        registry.observe("transcribe_gateway_streams", help: "Answers in pieces that are being sent.") {
            Double(self.counts.streams)
        }
        registry.observe("transcribe_gateway_connections_limit", help: "Connections that it accepts at most.") {
            Double(self.connectionLimit)
        }
        count("transcribe_gateway_connections_accepted", "Connections that it accepted.", \.accepted, in: registry)
        count(
            "transcribe_gateway_connections_refused",
            "Connections that it closed right after accepting them, by reason.", \.refused,
            reason: "address", in: registry)
        let ended = "transcribe_gateway_connections_ended"
        let help = "Connections that it closed: idle, too slow with a request or with reading the answer, or gone."
        count(ended, help, \.idle, reason: "idle", in: registry)
        count(ended, help, \.slowRequests, reason: "request", in: registry)
        count(ended, help, \.slowReplies, reason: "answer", in: registry)
        count(ended, help, \.slowStreams, reason: "stream", in: registry)
        count(ended, help, \.vanishedStreams, reason: "vanished", in: registry)
        count(
            "transcribe_gateway_descriptor_shortages",
            "Connections that could not be accepted for want of a descriptor.",
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
