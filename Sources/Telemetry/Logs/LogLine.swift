import Formats
import Logging

/// One log line while it is written: the head is there, members follow.
///
/// Whatever text is passed in, the line stays one line: control characters are escaped. Costs no allocation.
public struct LogLine: ~Copyable {
    private let format: LogFormat
    private var text: TextBuffer

    /// Begins a line at the end of `text`.
    init(in text: consuming TextBuffer, time: Timestamp, _ head: LogHead) {
        format = head.format
        self.text = text
        if format == .json { self.text.append(LogHead.jsonStart) }
        self.text.append(time)
        self.text.append(contentsOf: head.bytes)
    }

    /// Adds a text member. Names are not checked for repetition: `time`, `level`, `logger` and `message` are taken.
    public mutating func member(_ name: LogName, _ value: String) {
        text.append(contentsOf: name.bytes)
        text.append(value, as: format)
    }

    /// Adds a member that was prepared.
    public mutating func append(_ member: LogMember) {
        text.append(contentsOf: member.bytes)
    }

    /// Adds a number.
    public mutating func member(_ name: LogName, _ value: Int) {
        text.append(contentsOf: name.bytes)
        text.append(value)
    }

    /// Adds a hash: a text of 16 hexadecimal digits.
    public mutating func member(_ name: LogName, hexadecimal value: UInt64) {
        text.append(contentsOf: name.bytes)
        text.append(hexadecimal: value, isQuoted: format == .json)
    }

    /// Adds a metadata value; one whose name is that of a part of the head gets another name, so that it cannot pass for it.
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

    /// The text with the whole line in it, without its line feed.
    consuming func end() -> TextBuffer {
        if format == .json { text.closeObject() }
        return text
    }

    private static let headNames: Set = ["time", "level", "logger", "message"]
}

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

/// A member with its value, prepared by ``LogWriter/member(_:_:)``: what many lines say alike is copied in one piece.
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
    /// Appends a text value.
    mutating func append(_ value: String, as format: LogFormat) {
        switch format {
        case .json: string(value)
        case .console: consoleValue(value)
        }
    }
}

/// The name of a member, prepared by ``LogWriter/name(_:)``: with what separates it from the member before and from its
/// value.
public struct LogName: Sendable {
    let bytes: [UInt8]

    init(_ format: LogFormat, _ name: String) {
        var text = TextBuffer()
        switch format {
        case .json:
            text.append(UInt8(ascii: ","))  // behind the members of the head
            text.string(name)
            text.append(UInt8(ascii: ":"))
        case .console: text.consoleKey(name)
        }
        bytes = text.bytes
    }
}

/// How a log line looks.
public enum LogFormat: Sendable, Equatable {
    /// One JSON object a line: `time`, `level`, `logger`, `message`, then the members.
    case json
    /// For people: `time level logger: message key=value`. Colour is for a terminal only; whether the output is one, the
    /// caller knows.
    case console(coloured: Bool)
}
