import AWSCredentials
import FoundationEssentials
import Gateway
import Logging
import MicroHTTPD
import OwnProcess
import ServiceLifecycle
import Telemetry
import UnixSignals

/// The gateway as a process: from its settings to the last line of its log.
struct GatewayProcess {
    let settings: Settings
    private let tracing: TracingSettings
    private let supervision: Supervision
    private let sockets: PassedSockets
    private let overrides: [Override]
    private let files: [String]
    private let reloads: UnixSignalsSequence

    /// - Parameters:
    ///   - supervision: what the program that started this one has passed.
    ///   - reloads: each signal that asks for a reload.
    /// - Throws: ``ProgramEnd`` 78 with all mistakes in the settings, or in what was passed.
    init(_ options: SettingsOptions, _ supervision: Supervision, _ reloads: UnixSignalsSequence) throws {
        self.supervision = supervision
        self.reloads = reloads
        (overrides, files) = (options.overrides, options.config)
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
    /// listeners are open ends the process at once. SIGHUP makes it read its configuration again.
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
        defer { output.writer.flush(within: .seconds(2)) }
        let manager = ServiceManager(supervision, output.logger)
        let readiness = Readiness(loggingTo: output.logger) { manager.tellStatus() }
        let control = StopControl(output, readiness, manager)
        try await control.run(until: signals) {
            let upstream = try await upstream()
            try control.beginOpening()
            let spanExport = try SpanExport(tracing, authorities: upstream.authorities)
            let observability = Observability(
                settings.log, to: output, readiness: readiness, tracer: spanExport?.tracer)
            let (parts, listeners) = try await open(upstream, observability)
            announce(listeners)
            let reloader = reloader(of: parts, listeners, control, observability) { begins in
                if begins { manager.tellReloading() } else { manager.tellReady() }
            }
            let watchdog = supervision.watchdog.map {
                WatchdogService(
                    timeout: $0, isTurning: { listeners.gateway.isTurning && listeners.admin.isTurning },
                    tellAlive: { manager.tellAlive() }, logger: observability.logger)
            }
            let group = ServiceGroup(
                services: [watchdog].compactMap(\.self) + services
                    + [spanExport?.service(observability)].compactMap(\.self) + parts.services
                    + listeners.services({ reloader.settings.drain }, observability.readiness, control.forcedStop),
                logger: observability.quietLogger)
            manager.tellReady { listeners.status(readiness) }
            control.beginServing(group)
            try await run(group, reloader)
            observability.logger.info("stopped")
        }
    }

    private func open(
        _ upstream: Upstream, _ observability: Observability
    ) async throws -> (GatewayParts, Listeners) {
        let connections = try Listeners.connections(settings, observability.logger)
        let parts = try GatewayParts(
            settings, connections: connections, at: sockets.gateway?.address, on: upstream, observability)
        let listeners = try await Listeners(settings, connections: connections, sockets, parts.gateway, observability)
        listeners.logStart(settings, sockets, upstream, tracing, observability.logger)
        return (parts, listeners)
    }

    private func reloader(
        of parts: GatewayParts, _ listeners: Listeners, _ control: StopControl, _ observability: Observability,
        announce: @escaping @Sendable (_ begins: Bool) -> Void
    ) -> Reloader {
        let read: @Sendable () throws(ConfigurationError) -> SettingsSources = {
            [overrides, files] () throws(ConfigurationError) in
            try SettingsSources.again(overrides: overrides, files: files)
        }
        let putInForce: @Sendable (Settings) throws(ConfigurationError) -> Void = {
            settings throws(ConfigurationError) in
            // The lines of requests that the change itself ends show what the log may show then.
            try parts.change(to: settings) { observability.change(to: settings.log) }
            listeners.change(to: settings)
        }
        return Reloader(
            settings,
            Reloader.Parts(
                read: read, putInForce: putInForce, refreshCredentials: { parts.refresher.refreshEarly() },
                isStopping: { control.isStopping },
                warnings: { [sockets] in $0.warnings(at: sockets.gateway?.address) },
                announce: announce),
            observability)
    }

    /// Runs the services, and reloads when a signal asks for that.
    private func run(_ group: ServiceGroup, _ reloader: Reloader) async throws {
        try await withThrowingDiscardingTaskGroup { [reloads] tasks in
            tasks.addTask { for await _ in reloads { reloader.reload() } }
            defer { tasks.cancelAll() }
            try await group.run()
        }
    }
}
