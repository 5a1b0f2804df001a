import Logging

/// Log lines for reading on a terminal.
extension TextBuffer {
    /// Appends ` info     logger: message`, which follows the time.
    mutating func consoleHead(level: Logger.Level, coloured: Bool, logger: String, message: String) {
        append(UInt8(ascii: " "))
        append(level, coloured: coloured)
        append(escaping: logger, quoted: false)
        append(": ")
        append(escaping: message, quoted: false)
    }

    mutating func consoleKey(_ name: String) {
        append(UInt8(ascii: " "))
        consoleValue(name)
        append(UInt8(ascii: "="))
    }

    /// Appends a word as it is and any other text in quotation marks, so that a value cannot look like another member.
    mutating func consoleValue(_ text: String) {
        if text.isWord { append(text) } else { string(text) }
    }

    /// Appends the level, padded to the longest one, so that the columns are aligned.
    private mutating func append(_ level: Logger.Level, coloured: Bool) {
        if coloured { append(level.colour) }
        append(level.rawValue)
        if coloured { append("\u{1B}[0m") }
        for _ in level.rawValue.utf8.count...Logger.Level.critical.rawValue.utf8.count { append(UInt8(ascii: " ")) }
    }
}

extension String {
    fileprivate var isWord: Bool {
        !isEmpty && utf8.allSatisfy { $0.isPlain && $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "=") }
    }
}

extension Logger.Level {
    /// The terminal sequence for the colour of this level (ECMA-48 SGR).
    fileprivate var colour: String {
        switch self {
        case .trace, .debug: "\u{1B}[90m"
        case .info: "\u{1B}[32m"
        case .notice: "\u{1B}[36m"
        case .warning: "\u{1B}[33m"
        case .error: "\u{1B}[31m"
        case .critical: "\u{1B}[1;31m"
        }
    }
}
