/// A member with its value, prepared by ``LogWriter/member(_:_:)``: what many lines say alike is copied in one piece.
public struct LogMember: Sendable {
    let bytes: [UInt8]

    init(_ format: LogFormat, _ name: String, _ value: String) {
        self.init(format, name) { $0.append(value, as: format) }
    }

    init(_ format: LogFormat, _ name: String, _ value: Int) {
        self.init(format, name) { $0.append(Int64(value)) }
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
