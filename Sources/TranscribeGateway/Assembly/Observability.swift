import Caching
import Crypto
import Formats
import Gateway
import Glibc
import Logging
import MicroHTTPD
import Telemetry
import Tracing

/// Where the lines of the log go.
struct LogOutput: Sendable {
    let writer: LogWriter
    let logger: Logger
    /// For libraries whose lines below a warning are of no use to operators.
    let quietLogger: Logger

    init(_ settings: LogSettings) {
        writer = LogWriter(
            descriptor: STDOUT_FILENO, format: settings.lineFormat, clock: { Timestamp.wallTime })
        logger = Self.logger("transcribe-gateway", settings.level, writer)
        quietLogger = Self.logger("lifecycle", max(.warning, settings.level), writer)
    }

    private static func logger(_ label: String, _ level: Logger.Level, _ writer: LogWriter) -> Logger {
        Logger(label: label) { LineLogHandler(label: $0, writer: writer, logLevel: level) }
    }
}

/// The log, the metrics and the readiness. Every part reports to these.
struct Observability {
    let logger: Logger
    let quietLogger: Logger
    let registry = PrometheusRegistry()
    let readiness: Readiness
    let recorder: RequestRecorder

    /// - Parameters:
    ///   - output: nil makes one, and so it is with `readiness`.
    ///   - tracer: nil where nothing is traced.
    init(
        _ settings: LogSettings, to output: LogOutput? = nil, readiness: Readiness? = nil, tracer: Tracer? = nil
    ) {
        let output = output ?? LogOutput(settings)
        (logger, quietLogger) = (output.logger, output.quietLogger)
        self.readiness = readiness ?? Readiness(loggingTo: output.logger)
        recorder = RequestRecorder(
            log: settings.level <= .info ? output.writer : nil, names: NameHash(settings), registry: registry,
            logger: logger, tracer: tracer)
        output.writer.observe(in: registry)
        self.readiness.observe(in: registry)
        registry.observeProgram()
    }
}

extension LogSettings {
    var lineFormat: LogFormat { format.lineFormat }
}

extension LogSettings.Format {
    /// With `auto`, people on a terminal get console lines and machines get JSON.
    var lineFormat: LogFormat {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        return switch self {
        case .json: .json
        case .console: .console(coloured: isTerminal)
        case .auto: isTerminal ? .console(coloured: true) : .json
        }
    }
}

extension NameHash {
    fileprivate init(_ settings: LogSettings) {
        let key = settings.keyOfNames.map { SymmetricKey(data: $0.bytes) } ?? SymmetricKey(size: .bits256)
        self.init(key: key, showsNames: settings.names)
    }
}

extension Readiness {
    convenience init(loggingTo logger: Logger) {
        self.init { logger.log($0) }
    }
}

extension Logger {
    /// Says that the gateway has become ready, or why it no longer is.
    fileprivate func log(_ obstacles: [(condition: Readiness.Condition, reason: String)]) {
        guard !obstacles.isEmpty else { return notice("the gateway is ready") }
        let reasons = obstacles.map { "\($0.condition.rawValue): \($0.reason)" }.joined(separator: " ")
        warning("the gateway is not ready", metadata: ["reason": "\(reasons)"])
    }
}
