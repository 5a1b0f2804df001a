import Logging

/// One log line while it is written: the head is there, members follow.
///
/// Whatever text is passed in, the line stays one line: control characters are escaped. Costs no allocation.
public struct LogLine: ~Copyable {
    private let format: LogFormat
    private var text: TextBuffer

    /// Begins a line at the end of `text`.
    ///
    /// - Parameter time: milliseconds since 1970 in UTC.
    init(
        in text: consuming TextBuffer, format: LogFormat,
        time: Int64, level: Logger.Level, logger: String, message: String
    ) {
        self.format = format
        self.text = text
        switch format {
        case .json: self.text.jsonHead(time: time, level: level, logger: logger, message: message)
        case .console(let coloured):
            self.text.consoleHead(time: time, level: level, coloured: coloured, logger: logger, message: message)
        }
    }

    /// Adds a text member. Names are not checked for repetition: `time`, `level`, `logger` and `message` are taken.
    public mutating func member(_ name: String, _ value: String) {
        switch format {
        case .json:
            text.key(name)
            text.string(value)
        case .console:
            text.consoleKey(name)
            text.consoleValue(value)
        }
    }

    /// Adds a number.
    public mutating func member(_ name: String, _ value: Int) {
        switch format {
        case .json: text.key(name)
        case .console: text.consoleKey(name)
        }
        text.append(Int64(value))
    }

    /// Adds a metadata value; one whose name is that of a part of the head gets another name, so that it cannot pass for it.
    mutating func member(_ name: String, metadata value: Logger.MetadataValue) {
        switch (format, value) {
        case (.json, _):
            text.key(Self.headNames.contains(name) ? "metadata.\(name)" : name)
            text.json(value)
        case (.console, .string(let string)):
            member(name, string)
        case (.console, .stringConvertible(let value)):
            member(name, value.description)
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

extension TextBuffer {
    fileprivate mutating func jsonHead(time: Int64, level: Logger.Level, logger: String, message: String) {
        append("{\"time\":\"")
        append(rfc3339: time)
        append("\",\"level\":\"")
        append(level.rawValue)
        append("\"")
        key("logger")
        string(logger)
        key("message")
        string(message)
    }
}
