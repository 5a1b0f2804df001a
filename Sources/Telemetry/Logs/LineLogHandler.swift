public import Logging

/// The swift-log backend: one line of a `LogWriter` for each event.
///
/// Members are in the order of their names. Where a name repeats, the event's own metadata wins over the metadata
/// provider's and that over the logger's, as in swift-log's own handlers; an error becomes `error.message` and `error.type`.
public struct LineLogHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata = Logger.Metadata()
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let writer: LogWriter

    public init(
        label: String, writer: LogWriter, logLevel: Logger.Level = .info,
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.label = label
        self.writer = writer
        self.logLevel = logLevel
        self.metadataProvider = metadataProvider
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Descriptions of values are code of others that may log: so the line is built before the writer's lock is taken.
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
