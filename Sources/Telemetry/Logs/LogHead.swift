import Logging

/// How the lines of one kind of event begin, behind their time: level, logger and message. What is logged for every request
/// is prepared once, by ``LogWriter/head(_:logger:message:)``, and copied in one piece.
public struct LogHead: Sendable {
    static let jsonStart = "{\"time\":\""

    let format: LogFormat
    let bytes: [UInt8]

    init(_ format: LogFormat, level: Logger.Level, logger: String, message: String) {
        self.format = format
        var text = TextBuffer()
        switch format {
        case .json: text.jsonHead(level: level, logger: logger, message: message)
        case .console(let coloured):
            text.consoleHead(level: level, coloured: coloured, logger: logger, message: message)
        }
        bytes = text.bytes
    }

    private init(_ format: LogFormat, _ bytes: [UInt8]) {
        self.format = format
        self.bytes = bytes
    }

    /// This beginning with a member behind it.
    public func followed(by member: LogMember) -> LogHead { LogHead(format, bytes + member.bytes) }
}

extension TextBuffer {
    fileprivate mutating func jsonHead(level: Logger.Level, logger: String, message: String) {
        append("\",\"level\":\"")
        append(level.rawValue)
        append("\"")
        key("logger")
        string(logger)
        key("message")
        string(message)
    }
}
