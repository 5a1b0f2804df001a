/// A member with its value, prepared by ``LogWriter/member(_:_:)``: what many lines say alike is copied in one piece.
public struct LogMember: Sendable {
    let bytes: [UInt8]

    init(_ format: LogFormat, _ name: String, _ value: String) {
        var text = TextBuffer()
        text.append(contentsOf: LogName(format, name).bytes)
        text.append(value, as: format)
        bytes = text.bytes
    }

    init(_ format: LogFormat, _ name: String, _ value: Int) {
        var text = TextBuffer()
        text.append(contentsOf: LogName(format, name).bytes)
        text.append(Int64(value))
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
