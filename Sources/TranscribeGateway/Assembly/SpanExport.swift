import Caching
import Curl
import Formats
import FoundationEssentials
import Logging
import ServiceLifecycle
import Telemetry
import Tracing
import Transcribe

/// What records spans and sends them to a collector, over an HTTP client of its own: the one for AWS has places for calls to
/// AWS alone.
struct SpanExport {
    let tracer: Tracer
    private let settings: TracingSettings.Export
    private let client: CurlClient

    /// Nil where nothing is traced; then nothing is made.
    ///
    /// - Parameter authorities: the file of those that calls to AWS trust.
    /// - Throws: ``ProgramEnd`` 75 with the reason.
    init?(_ settings: TracingSettings, authorities: String?) throws {
        guard let export = settings.export else { return nil }
        self.settings = export
        client = try startClient(
            CurlOptions(
                concurrency: 1, connectTimeout: min(.seconds(5), export.options.timeout), bodyLimit: 64 << 10,
                certificateAuthorities: export.authorities ?? authorities), for: "The export of spans is")
        let queue = SpanQueue(limit: export.queue.limit, batch: export.queue.batch)
        tracer = Tracer(export.sampler, queue: queue) {
            (Int64(Date().timeIntervalSince1970 * 1e9), Moment(.now).nanoseconds)
        }
    }

    /// What has to run from the start to the end of the process: it stops last, when every span has ended.
    func service(_ observability: Observability) -> any Service {
        let exporter = SpanExporter(
            settings.options, from: tracer, over: client, wallTime: { .wallTime }, now: TimeSource.system.now,
            sleep: TimeSource.system.sleep, report: observability.logger.log)
        exporter.observe(in: observability.registry)
        return SpanExportService(exporter: exporter, client: client)
    }
}

/// Exports spans until the gateway stops, and then the last ones within two seconds.
private struct SpanExportService: Service {
    private static let timeToFlush = Duration.seconds(2)

    let exporter: SpanExporter
    let client: CurlClient

    func run() async {
        await withTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                await exporter.run()
                return true
            }
            try? await gracefulShutdown()
            exporter.stop()
            tasks.addTask {
                // Ends the transfers that are still under way.
                if (try? await Task.sleep(for: Self.timeToFlush)) != nil { await client.shutDown() }
                return false
            }
            // Once it has ended, as it does at the latest when its transfers have, the sleep has no purpose.
            while let hasEnded = await tasks.next(), !hasEnded {}
            tasks.cancelAll()
        }
        await client.shutDown()
    }
}

extension Logger {
    /// Tells the operator when the collector begins to fail, and when it works again.
    fileprivate func log(_ event: ExportEvent) {
        switch event {
        case .failing(let reason):
            warning(
                "spans cannot be exported; those that cannot wait are lost",
                metadata: ["reason": "\(reason)"])
        case .working: notice("spans are exported again")
        case .rejecting(let count):
            warning("the collector has refused spans of a batch that it took", metadata: ["spans": "\(count)"])
        }
    }
}

extension SpanExporter {
    fileprivate func observe(in registry: PrometheusRegistry) {
        let name = "transcribe_gateway_spans"
        func count(_ reason: String, _ read: @escaping @Sendable () -> Int) {
            registry.observe(
                "\(name)_dropped", as: .counter, dimensions: [("reason", reason)],
                help: """
                    Spans that were recorded and not exported: no room in the queue, a batch that could not be sent, or \
                    refused by the collector.
                    """
            ) { Double(read()) }
        }
        count("queue_full") { self.droppedSpans }
        count("export_failed") { self.counts.lost }
        count("rejected") { self.counts.rejected }
        registry.observe("\(name)_exported", as: .counter, help: "Spans that the collector has taken.") {
            Double(self.counts.exported)
        }
        registry.observe(
            "transcribe_gateway_span_exports_failed", as: .counter, help: "Batches of spans that could not be sent."
        ) { Double(self.counts.failedExports) }
    }
}
