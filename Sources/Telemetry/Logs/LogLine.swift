import Formats
import Logging

/// A log line while it is written: its head is complete, and members follow.
///
/// Control characters are escaped, so no text can end the line. Costs no allocation.
public struct LogLine: ~Copyable {
    private let format: LogFormat
    private var text: TextBuffer

    /// Begins a line at the end of `text`, which ``end()`` gives back.
    init(in text: consuming TextBuffer, time: Timestamp, _ head: LogHead) {
        format = head.format
        self.text = text
        if format == .json { self.text.append(LogHead.jsonStart) }
        self.text.append(time)
        self.text.append(contentsOf: head.bytes)
    }

    /// Adds a member with a text. Names are not checked for repetition: `time`, `level`, `logger` and `message` are taken.
    public mutating func member(_ name: LogName, _ value: String) {
        text.append(contentsOf: name.bytes)
        text.append(value, as: format)
    }

    /// Adds a prepared member.
    public mutating func append(_ member: LogMember) {
        text.append(contentsOf: member.bytes)
    }

    /// Adds a member with a number.
    public mutating func member(_ name: LogName, _ value: Int) {
        text.append(contentsOf: name.bytes)
        text.append(value)
    }

    /// Adds a member with a hash: a text of 16 hexadecimal digits.
    public mutating func member(_ name: LogName, hexadecimal value: UInt64) {
        text.append(contentsOf: name.bytes)
        text.append(hexadecimal: value, isQuoted: format == .json)
    }

    /// Adds a metadata value. If its name is that of a member of the head, it gets another name, so that it cannot pass for
    /// that member.
    mutating func member(_ name: String, metadata value: Logger.MetadataValue) {
        switch (format, value) {
        case (.json, _):
            text.key(Self.headNames.contains(name) ? "metadata.\(name)" : name)
            text.json(value)
        case (.console, .string(let string)):
            text.consoleKey(name)
            text.consoleValue(string)
        case (.console, .stringConvertible(let value)):
            text.consoleKey(name)
            text.consoleValue(value.description)
        case (.console, _):
            text.consoleKey(name)
            text.json(value)
        }
    }

    /// Ends the line and returns the text with it, without a line feed.
    consuming func end() -> TextBuffer {
        if format == .json { text.closeObject() }
        return text
    }

    private static let headNames: Set = ["time", "level", "logger", "message"]
}

/// How the lines of one kind of event begin after their time: level, logger and message. ``LogWriter/head(_:logger:message:)``
/// prepares it once, and each line copies it in one piece.
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

    /// This head with a member after it.
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

/// A member with its value, prepared by ``LogWriter/member(_:_:)``. Lines that share it copy it in one piece.
public struct LogMember: Sendable {
    let bytes: [UInt8]

    init(_ format: LogFormat, _ name: String, _ value: String) {
        self.init(format, name) { $0.append(value, as: format) }
    }

    init(_ format: LogFormat, _ name: String, _ value: Int) {
        self.init(format, name) { $0.append(value) }
    }

    private init(_ format: LogFormat, _ name: String, value: (inout TextBuffer) -> Void) {
        var text = TextBuffer()
        text.append(contentsOf: LogName(format, name).bytes)
        value(&text)
        bytes = text.bytes
    }
}

extension TextBuffer {
    /// Appends a value of a text.
    mutating func append(_ value: String, as format: LogFormat) {
        switch format {
        case .json: string(value)
        case .console: consoleValue(value)
        }
    }
}

/// The name of a member, prepared by ``LogWriter/name(_:)`` with the separators before it and before its value.
public struct LogName: Sendable {
    let bytes: [UInt8]

    init(_ format: LogFormat, _ name: String) {
        var text = TextBuffer()
        switch format {
        case .json:
            text.append(UInt8(ascii: ","))  // after the members of the head
            text.string(name)
            text.append(UInt8(ascii: ":"))
        case .console: text.consoleKey(name)
        }
        bytes = text.bytes
    }
}

/// The format of log lines.
public enum LogFormat: Sendable, Equatable {
    /// One JSON object on each line: `time`, `level`, `logger`, `message`, then the members.
    case json
    /// For reading on a terminal: `time level logger: message key=value`. The caller says whether the output is a terminal
    /// and takes colour.
    case console(coloured: Bool)
}
