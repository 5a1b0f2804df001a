import AWSCredentials
import AWSEndpoints
import Curl
import FoundationEssentials
import Gateway
import Logging
import MicroHTTPD
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

    /// - Throws: ``ProgramEnd`` 78 with all mistakes in the settings.
    init(_ options: SettingsOptions) throws {
        settings = try Settings(options)
        tracing = try TracingSettings(ProcessInfo.processInfo.environment)
        try requireDescriptors(32)
        // The listener for operators and the demonstration's emulator have one thread each.
        let servers = settings.listen.server.threads + ThreadCount.ofServer + 2 * (1 + ThreadCount.ofServer)
        let clients = tracing.export == nil ? 0 : 1
        try requireAddressSpace(threads: servers + clients + ThreadCount.ofTasks, bytes: settings.cache.capacity)
    }

    /// Serves until SIGTERM or SIGINT, then finishes the accepted requests. A second signal ends that wait.
    ///
    /// Services start in the order of the list and stop in the reverse order, so that a part stops before the parts that it
    /// uses.
    /// - Parameters:
    ///   - services: start before the gateway and stop after it.
    ///   - announce: called once, when both listeners serve.
    func run(
        on upstream: Upstream, after services: [any Service] = [], announcing announce: (Listeners) -> Void = { _ in }
    ) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let spanExport = try SpanExport(tracing, authorities: upstream.authorities)
        let observability = Observability(settings.log, tracer: spanExport?.tracer)
        defer { observability.log.flush(within: .seconds(2)) }
        let connections = try Listeners.connections(settings, observability.logger)
        let (gateway, gatewayServices) = try buildGateway(
            settings, connections: connections, on: upstream, observability)
        let listeners = try Listeners(settings, connections: connections, gateway, observability)
        listeners.logStart(settings, upstream, tracing, observability.logger)
        announce(listeners)
        let forcedStop = ForcedStop()
        let group = ServiceGroup(
            services: services + [spanExport?.service(observability)].compactMap(\.self) + gatewayServices
                + listeners.services(settings.drain, observability.readiness, forcedStop),
            logger: observability.quietLogger)
        try await run(group, until: signals, forcedStop, observability)
        observability.logger.info("stopped")
    }

    private func run(
        _ group: ServiceGroup, until signals: UnixSignalsSequence, _ forcedStop: ForcedStop,
        _ observability: Observability
    ) async throws {
        let (readiness, logger) = (observability.readiness, observability.logger)
        try await withThrowingDiscardingTaskGroup { tasks in
            tasks.addTask {
                var received = StopSignals()
                for await signal in signals {
                    switch received.action(at: .now) {
                    case .stop:
                        // Before anything else, so that a balancer sees it for the whole of `drain.delay`.
                        readiness.set(.serving, obstacle: Listeners.stopping)
                        logger.notice("stopping, because a signal came", metadata: ["signal": "\(signal)"])
                        await group.triggerGracefulShutdown()
                    case .stopAtOnce:
                        logger.notice("stopping at once, because a second signal came")
                        forcedStop.force()
                    case .none: break
                    }
                }
            }
            defer { tasks.cancelAll() }
            try await group.run()
        }
    }
}

/// What each signal that asks for a stop means. Programs such as `timeout` of GNU coreutils send one to the process and one to
/// its group, so two within a moment are one.
struct StopSignals {
    enum Action {
        case stop
        case stopAtOnce
        case none
    }

    private static let moment = Duration.milliseconds(100)

    private var first: ContinuousClock.Instant?
    private var isAtOnce = false

    /// - Parameter now: when the signal came.
    mutating func action(at now: ContinuousClock.Instant) -> Action {
        guard let first else {
            first = now
            return .stop
        }
        guard !isAtOnce, first.duration(to: now) > Self.moment else { return .none }
        isAtOnce = true
        return .stopAtOnce
    }
}

/// Connects the parts between a request and Amazon Transcribe: the transfers to AWS, the credentials, the Transcribe client
/// and the gateway. Returns the gateway and the services that have to run while it serves.
/// - Throws: ``ProgramEnd`` 75 as ``startClient(_:)``.
func buildGateway(
    _ settings: Settings, connections: Int, on upstream: Upstream, _ observability: Observability
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
