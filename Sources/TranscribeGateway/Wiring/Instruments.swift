import Crypto
import Gateway
import Glibc
import Logging
import SigV4
import Telemetry

/// What everything else is observed with: the log, the metrics, the readiness.
struct Instruments {
    let log: LogWriter
    let logger: Logger
    /// For libraries that tell more than an operator wants to read.
    let quietLogger: Logger
    let registry = PrometheusRegistry()
    let readiness = Readiness()
    let attempts: AttemptMetrics
    let journal: Journal

    init(_ settings: Settings) {
        log = LogWriter(
            descriptor: STDOUT_FILENO, format: settings.log.lineFormat,
            clock: { Timestamp.wallTime.millisecondsSinceEpoch })
        logger = Self.logger("transcribe-gateway", settings.log.level.loggerLevel, log)
        quietLogger = Self.logger("lifecycle", max(.warning, settings.log.level.loggerLevel), log)
        let isAccessLogged = settings.log.level.loggerLevel <= .info
        attempts = AttemptMetrics(registry: registry)
        journal = Journal(
            log: isAccessLogged ? log : nil, names: NameHash(settings.log), registry: registry, logger: logger)
    }

    private static func logger(_ label: String, _ level: Logger.Level, _ log: LogWriter) -> Logger {
        Logger(label: label) { LineLogHandler(label: $0, writer: log, logLevel: level) }
    }
}

extension LogSettings {
    /// `auto` is for people on a terminal and for machines elsewhere.
    fileprivate var lineFormat: LogFormat {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        return switch format {
        case .json: .json
        case .console: .console(coloured: isTerminal)
        case .auto: isTerminal ? .console(coloured: true) : .json
        }
    }
}

extension LogSettings.Level {
    var loggerLevel: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}

extension NameHash {
    fileprivate init(_ settings: LogSettings) {
        let key = settings.nameKey.map { SymmetricKey(data: $0.bytes) } ?? SymmetricKey(size: .bits256)
        self.init(key: key, showsNames: settings.names)
    }
}
