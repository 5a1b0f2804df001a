import Logging
import ServiceLifecycle
import Telemetry
import UnixSignals

/// The whole gateway, from its settings to the last line of its log.
struct GatewayProcess {
    let settings: Settings
    let upstream: Upstream

    /// Serves until SIGTERM or SIGINT. Services start in the order of the list and stop in the reverse order, so that
    /// whoever asks stops before who answers.
    /// - Parameters:
    ///   - services: what has to run before the gateway and end after it.
    ///   - announce: called once when both listeners serve.
    func run(
        after services: [any Service] = [], announcing announce: (Listeners) -> Void = { _ in }
    ) async throws {
        let instruments = Instruments(settings)
        defer { instruments.log.flush(within: .seconds(2)) }
        let lookUps = try LookUps(settings, upstream, instruments)
        let listeners = try Listeners(settings, lookUps.gateway, instruments)
        listeners.logStart(settings, instruments.logger)
        announce(listeners)
        let group = ServiceGroup(
            services: services + lookUps.services + listeners.services(settings.drain, instruments.readiness),
            gracefulShutdownSignals: [.sigterm, .sigint], logger: instruments.quietLogger)
        try await group.run()
        instruments.logger.info("stopped")
    }
}
