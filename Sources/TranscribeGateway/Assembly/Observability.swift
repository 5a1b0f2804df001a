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
    private let level: LogLevel
    private let quietLevel: LogLevel

    init(_ settings: LogSettings) {
        writer = LogWriter(
            descriptor: STDOUT_FILENO, format: settings.lineFormat, clock: { Timestamp.wallTime })
        level = LogLevel(settings.level)
        quietLevel = LogLevel(max(.warning, settings.level))
        logger = Self.logger("transcribe-gateway", level, writer)
        quietLogger = Self.logger("lifecycle", quietLevel, writer)
    }

    /// Puts another level in force.
    func change(to level: Logger.Level) {
        self.level.change(to: level)
        quietLevel.change(to: max(.warning, level))
    }

    private static func logger(_ label: String, _ level: LogLevel, _ writer: LogWriter) -> Logger {
        Logger(label: label) { LineLogHandler(label: $0, writer: writer, level: level) }
    }
}

/// The log, the metrics and the readiness. Every part reports to these.
struct Observability {
    let logger: Logger
    let quietLogger: Logger
    let registry = PrometheusRegistry()
    let readiness: Readiness
    let recorder: RequestRecorder
    private let output: LogOutput

    /// - Parameters:
    ///   - output: nil makes one, and so it is with `readiness`.
    ///   - tracer: nil where nothing is traced.
    init(
        _ settings: LogSettings, to output: LogOutput? = nil, readiness: Readiness? = nil, tracer: Tracer? = nil
    ) {
        let output = output ?? LogOutput(settings)
        self.output = output
        (logger, quietLogger) = (output.logger, output.quietLogger)
        self.readiness = readiness ?? Readiness(loggingTo: output.logger)
        recorder = RequestRecorder(
            log: output.writer, isLogging: settings.keepsAccessLog, names: NameHash(settings), registry: registry,
            logger: logger, tracer: tracer)
        output.writer.observe(in: registry)
        self.readiness.observe(in: registry)
        registry.observeProgram()
    }

    /// Puts another level in force, and another answer to whether names are shown.
    func change(to settings: LogSettings) {
        change(to: settings.level)
        recorder.keepAccessLog(settings.keepsAccessLog)
        recorder.names.show(names: settings.names)
    }

    /// Puts another level in force for all but the access log.
    func change(to level: Logger.Level) { output.change(to: level) }
}

extension LogSettings {
    var lineFormat: LogFormat { format.lineFormat }

    fileprivate var keepsAccessLog: Bool { level <= .info }
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
    /// - Parameter onNews: called where the gateway serves and another condition has changed. Its start and its stop have messages of
    ///   their own.
    convenience init(loggingTo logger: Logger, onNews: @escaping @Sendable () -> Void = {}) {
        self.init { obstacles, isEdge in
            if isEdge { logger.log(obstacles) }
            if !obstacles.contains(where: { $0.condition == .serving }) { onNews() }
        }
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
