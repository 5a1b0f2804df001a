import Logging
import ServiceLifecycle
import Telemetry
import UnixSignals

/// The whole gateway, from its settings to the last line of its log.
struct GatewayProcess {
    let settings: Settings
    let upstream: Upstream

    /// Serves until SIGTERM or SIGINT; a second one ends the stop's patience. Services start in the order of the list and
    /// stop in the reverse order, so that whoever asks stops before who answers.
    /// - Parameters:
    ///   - services: what has to run before the gateway and end after it.
    ///   - announce: called once when both listeners serve.
    func run(
        after services: [any Service] = [], announcing announce: (Listeners) -> Void = { _ in }
    ) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let observability = Observability(settings)
        defer { observability.log.flush(within: .seconds(2)) }
        let lookUps = try LookUps(settings, upstream, observability)
        let listeners = try Listeners(settings, lookUps.gateway, observability)
        listeners.logStart(settings, observability.logger)
        announce(listeners)
        let forcedStop = ForcedStop()
        let group = ServiceGroup(
            services: services + lookUps.services
                + listeners.services(settings.drain, observability.readiness, forcedStop),
            logger: observability.quietLogger)
        try await run(group, until: signals, forcedStop, observability.logger)
        observability.logger.info("stopped")
    }

    private func run(
        _ group: ServiceGroup, until signals: UnixSignalsSequence, _ forcedStop: ForcedStop, _ logger: Logger
    ) async throws {
        try await withThrowingDiscardingTaskGroup { tasks in
            tasks.addTask {
                var count = 0
                for await _ in signals {
                    count += 1
                    if count == 1 { await group.triggerGracefulShutdown() } else { forcedStop.force() }
                    if count == 2 { logger.notice("stopping at once, because a second signal came") }
                }
            }
            defer { tasks.cancelAll() }
            try await group.run()
        }
    }
}
