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
    init(in text: consuming TextBuffer, time: Int64, _ head: LogHead) {
        format = head.format
        self.text = text
        if format == .json { self.text.append(LogHead.jsonStart) }
        self.text.append(rfc3339: time)
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
        text.append(Int64(value))
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
