import Caching
import Crypto
import Formats
import Gateway
import Glibc
import Logging
import MicroHTTPD
import Telemetry
import Tracing

/// The log, the metrics and the readiness. Every part reports to these.
struct Observability {
    let log: LogWriter
    let logger: Logger
    /// For libraries whose lines below a warning are of no use to operators.
    let quietLogger: Logger
    let registry = PrometheusRegistry()
    let readiness = Readiness()
    let recorder: RequestRecorder

    /// - Parameter tracer: nil where nothing is traced.
    init(_ settings: LogSettings, tracer: Tracer? = nil) {
        log = LogWriter(
            descriptor: STDOUT_FILENO, format: settings.lineFormat, clock: { Timestamp.wallTime })
        logger = Self.logger("transcribe-gateway", settings.level, log)
        quietLogger = Self.logger("lifecycle", max(.warning, settings.level), log)
        recorder = RequestRecorder(
            log: settings.level <= .info ? log : nil, names: NameHash(settings), registry: registry, logger: logger,
            tracer: tracer)
    }

    private static func logger(_ label: String, _ level: Logger.Level, _ log: LogWriter) -> Logger {
        Logger(label: label) { LineLogHandler(label: $0, writer: log, logLevel: level) }
    }
}

extension LogSettings {
    /// With `auto`, people on a terminal get console lines and machines get JSON.
    fileprivate var lineFormat: LogFormat {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        return switch format {
        case .json: .json
        case .console: .console(coloured: isTerminal)
        case .auto: isTerminal ? .console(coloured: true) : .json
        }
    }
}

extension NameHash {
    fileprivate init(_ settings: LogSettings) {
        let key = settings.nameKey.map { SymmetricKey(data: $0.bytes) } ?? SymmetricKey(size: .bits256)
        self.init(key: key, showsNames: settings.names)
    }
}

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
