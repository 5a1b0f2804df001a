public import Logging

/// The swift-log backend: one line of a `LogWriter` for each event.
///
/// Members are sorted by their names. If a name repeats, the event's metadata wins over the metadata provider's, and that
/// wins over the logger's, as in the handlers of swift-log. An error becomes `error.message` and `error.type`.
public struct LineLogHandler: LogHandler {
    /// Events below this level are not logged.
    public var logLevel: Logger.Level {
        get { ownLevel ?? sharedLevel.current }
        set { ownLevel = newValue }
    }
    /// The logger's members, which each event gets.
    public var metadata = Logger.Metadata()
    /// Gives members for each event.
    public var metadataProvider: Logger.MetadataProvider?
    private let sharedLevel: LogLevel
    /// Set for one logger alone.
    private var ownLevel: Logger.Level?
    private let label: String
    private let writer: LogWriter

    /// A handler whose events have `label` as their logger.
    public init(
        label: String, writer: LogWriter, level: LogLevel = LogLevel(.info),
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.label = label
        self.writer = writer
        sharedLevel = level
        self.metadataProvider = metadataProvider
    }

    /// A member of ``metadata``.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Builds the line before the writer's lock is taken, because the descriptions of values are foreign code that may log.
    public func log(event: LogEvent) {
        var line = writer.line(event.level, logger: label, message: event.message.description)
        for (name, value) in members(of: event).sorted(by: { $0.key < $1.key }) {
            line.member(name, metadata: value)
        }
        writer.write(line.end().bytes)
    }

    private func members(of event: LogEvent) -> Logger.Metadata {
        var members = metadata
        if let provided = metadataProvider?.get() { members.merge(provided) { $1 } }
        if let explicit = event.metadata { members.merge(explicit) { $1 } }
        if let error = event.error {
            members["error.message"] = "\(error)"
            members["error.type"] = "\(String(reflecting: type(of: error)))"
        }
        return members
    }
}
