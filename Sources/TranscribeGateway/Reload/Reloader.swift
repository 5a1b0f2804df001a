import Formats
import Gateway
import Logging
import Synchronization
import Telemetry

/// Reads the configuration again and puts it in force, as a whole or not at all. Call ``reload()`` from one task, so that one
/// reload comes after another; everything else may be called from any thread.
final class Reloader: Sendable {
    /// What a reload acts on.
    struct Parts: Sendable {
        /// Reads the sources again.
        let read: @Sendable () throws(ConfigurationError) -> SettingsSources
        /// Puts settings in force; without effect where it throws.
        let putInForce: @Sendable (Settings) throws(ConfigurationError) -> Void
        let refreshCredentials: @Sendable () -> Void
        /// Whether the gateway stops. Then no reload begins.
        let isStopping: @Sendable () -> Bool
        /// What the log warns of.
        let warnings: @Sendable (Settings) -> [String]
        /// Called with true when a reload begins, and with false when it has ended. For the service manager.
        let announce: @Sendable (_ begins: Bool) -> Void
    }

    private let parts: Parts
    private let observability: Observability
    private let inForce: Mutex<Settings>
    private let metrics: ReloadMetrics

    init(_ settings: Settings, _ parts: Parts, _ observability: Observability) {
        self.parts = parts
        self.observability = observability
        inForce = Mutex(settings)
        metrics = ReloadMetrics(in: observability.registry)
    }

    /// What is in force now.
    var settings: Settings { inForce.withLock(\.self) }

    /// Blocks while the configuration file is read.
    func reload() {
        let logger = observability.logger
        guard !parts.isStopping() else {
            return logger.notice("the configuration is not read again, because the gateway is stopping")
        }
        logger.notice("reading the configuration again, because a signal came", metadata: ["signal": "SIGHUP"])
        parts.announce(true)
        defer { if !parts.isStopping() { parts.announce(false) } }
        parts.refreshCredentials()
        do throws(ConfigurationError) {
            let old = settings
            let reload = try old.reloaded(from: try parts.read())
            if !reload.isEmpty { try parts.putInForce(reload.settings) }
            inForce.withLock { $0 = reload.settings }
            metrics.recordSuccess(at: .wallTime)
            // A level that changes hides no line of this.
            observability.change(to: min(old.log.level, reload.settings.log.level))
            logger.log(reload, warnings: parts.warnings(reload.settings).filter { !parts.warnings(old).contains($0) })
            observability.change(to: reload.settings.log.level)
        } catch {
            metrics.recordRefusal()
            for problem in error.problems { logger.error("\(problem)") }
            logger.warning("the configuration was not put in force, so nothing has changed")
        }
    }
}

extension Logger {
    fileprivate func log(_ reload: SettingsReload, warnings: [String]) {
        for change in reload.changes {
            notice(
                "setting changed",
                metadata: [
                    "key": "\(change.key)", "old": "\(change.old?.printable ?? "(secret)")",
                    "new": "\(change.new?.printable ?? "(secret)")", "source": "\(change.source.description.printable)",
                ])
        }
        for text in warnings { warning("\(text)") }
        if !reload.postponed.isEmpty {
            let keys = reload.postponed.map(\.key).joined(separator: " ")
            warning("these settings keep their values until the next start", metadata: ["keys": "\(keys)"])
        }
        notice("configuration reloaded", metadata: ["changes": "\(reload.changes.count)"])
    }
}

/// How reloads ended. A start counts as none, but as the last success.
private final class ReloadMetrics: Sendable {
    private let results: LabelledCounters
    private let last = Mutex((isSuccess: true, successAt: Timestamp.wallTime))

    init(in registry: PrometheusRegistry) {
        results = LabelledCounters(
            "transcribe_gateway_reloads", by: "result", ["refused"],
            help: "Times that the configuration was read again, by whether it was put in force.", registry)
        registry.observe(
            "transcribe_gateway_config_last_reload_successful",
            help: "Whether the configuration was put in force when it was last read."
        ) { [weak self] in (self?.last.withLock(\.isSuccess) ?? true) ? 1 : 0 }
        registry.observe(
            "transcribe_gateway_config_last_reload_success_timestamp_seconds",
            help: "When a configuration was last put in force, in seconds since 1970."
        ) { [weak self] in
            Double(self?.last.withLock(\.successAt).millisecondsSinceEpoch ?? 0) / 1_000
        }
    }

    func recordSuccess(at now: Timestamp) {
        results.increment(nil)
        last.withLock { $0 = (true, now) }
    }

    func recordRefusal() {
        results.increment("refused")
        last.withLock { $0.isSuccess = false }
    }
}
