import AWSCredentials
import AWSEndpoints
import Curl
import FoundationEssentials
import Gateway
import Logging
import MicroHTTPD
import OwnProcess
import RateLimiting
import ServiceLifecycle
import SigV4
import Telemetry
import Transcribe
import UnixSignals

/// The gateway as a process: from its settings to the last line of its log.
struct GatewayProcess {
    let settings: Settings
    private let tracing: TracingSettings
    private let supervision: Supervision
    private let sockets: PassedSockets

    /// - Parameter supervision: what the program that started this one has passed.
    /// - Throws: ``ProgramEnd`` 78 with all mistakes in the settings, or in what was passed.
    init(_ options: SettingsOptions, _ supervision: Supervision) throws {
        self.supervision = supervision
        settings = try Settings(options)
        tracing = try TracingSettings(ProcessInfo.processInfo.environment)
        sockets = try PassedSockets(supervision)
        try requireDescriptors(32)
        // The listener for operators and the demonstration's emulator have one thread each.
        let servers = settings.listen.server.threads + ThreadCount.ofServer + 2 * (1 + ThreadCount.ofServer)
        let clients = tracing.export == nil ? 0 : 1
        try requireAddressSpace(threads: servers + clients + ThreadCount.ofTasks, bytes: settings.cache.capacity)
    }

    /// Serves until SIGTERM or SIGINT, then finishes the accepted requests. A second signal ends that wait. A signal before the
    /// listeners are open ends the process at once.
    ///
    /// Services start in the order of the list and stop in the reverse order, so that a part stops before the parts that it
    /// uses.
    /// - Parameters:
    ///   - upstream: finds where jobs are looked up, which may take a while.
    ///   - services: start before the gateway and stop after it.
    ///   - announce: called once, when both listeners serve.
    func run(
        on upstream: @escaping @Sendable () async throws -> Upstream, after services: [any Service] = [],
        announcing announce: @escaping @Sendable (Listeners) -> Void = { _ in }
    ) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let output = LogOutput(settings.log)
        let readiness = Readiness(loggingTo: output.logger)
        defer { output.writer.flush(within: .seconds(2)) }
        let manager = ServiceManager(supervision, output.logger)
        let control = StopControl(output, readiness, manager)
        try await control.run(until: signals) {
            let upstream = try await upstream()
            try control.beginOpening()
            let spanExport = try SpanExport(tracing, authorities: upstream.authorities)
            let observability = Observability(
                settings.log, to: output, readiness: readiness, tracer: spanExport?.tracer)
            let (listeners, gatewayServices) = try await open(upstream, observability)
            announce(listeners)
            let watchdog = supervision.watchdog.map {
                WatchdogService(
                    manager: manager, timeout: $0, servers: [listeners.gateway, listeners.admin],
                    logger: observability.logger)
            }
            let group = ServiceGroup(
                services: [watchdog].compactMap(\.self) + services
                    + [spanExport?.service(observability)].compactMap(\.self) + gatewayServices
                    + listeners.services(settings.drain, observability.readiness, control.forcedStop),
                logger: observability.quietLogger)
            manager.tellReady(listeners.status(upstream))
            control.beginServing(group)
            try await group.run()
            observability.logger.info("stopped")
        }
    }

    private func open(
        _ upstream: Upstream, _ observability: Observability
    ) async throws -> (Listeners, [any Service]) {
        let connections = try Listeners.connections(settings, observability.logger)
        let (gateway, services) = try buildGateway(
            settings, connections: connections, at: sockets.gateway?.address, on: upstream, observability)
        let listeners = try await Listeners(settings, connections: connections, sockets, gateway, observability)
        listeners.logStart(settings, sockets, upstream, tracing, observability.logger)
        return (listeners, services)
    }
}

/// Connects the parts between a request and Amazon Transcribe: the transfers to AWS, the credentials, the Transcribe client
/// and the gateway. Returns the gateway and the services that have to run while it serves.
/// - Parameter passed: where the public listener listens in place of its settings.
/// - Throws: ``ProgramEnd`` 75 as ``startClient(_:)``.
func buildGateway(
    _ settings: Settings, connections: Int, at passed: ServerAddress? = nil, on upstream: Upstream,
    _ observability: Observability
) throws -> (JobGateway, [any Service]) {
    let client = try startClient(
        CurlOptions(
            concurrency: settings.limits.upstream.concurrency, connectTimeout: settings.upstream.connectTimeout,
            certificateAuthorities: upstream.authorities))
    let refresher = CredentialsRefresher(
        provider: upstream.credentials, holding: upstream.first, now: { upstream.clock.now },
        askTime: { await upstream.clock.learn(from: upstream.endpoint, through: upstream.transport(over: client)) },
        report: observability.report)
    observability.readiness.set(.credentials, obstacle: upstream.obstacle)
    let transcribe = TranscribeClient(
        endpoint: upstream.endpoint, transport: upstream.transport(over: client),
        credentials: refresher, policy: settings.upstream.retryPolicy, time: .system, clock: upstream.clock,
        observe: observability.recorder.record(attempt:))
    var options = settings.gateway
    options.hosts = settings.hosts(at: passed)
    if settings.source(of: "watch.limit") == .standard { options.watch.adapt(toConnections: connections) }
    options.region = upstream.endpoint.region.name
    // The times in a job are AWS's, so its age is told by AWS's clock.
    options.time = TimeSource(
        wallTime: { [clock = upstream.clock] in clock.now }, now: options.time.now, sleep: options.time.sleep)
    let gateway = JobGateway(
        options: options, source: transcribe, lists: transcribe, recorder: observability.recorder,
        probes: ProbeReplies(observability.readiness, registry: observability.registry))
    gateway.observe(in: observability.registry)
    return (
        gateway,
        [
            TransferService(client: client), CredentialsRefreshService(refresher: refresher),
            JobGatewayService(gateway: gateway),
        ]
    )
}
