import HTTPExchange
import Telemetry

/// The name of a request.
enum RequestID: Sendable {
    /// Ours, written as 16 hexadecimal digits.
    case number(UInt64)
    /// The client's.
    case given(String)

    var text: String {
        switch self {
        case .number(let number): number.hexadecimalDigits
        case .given(let text): text
        }
    }
}

extension FieldValue {
    mutating func write(_ id: RequestID) {
        switch id {
        case .number(let number): write(hexadecimal: number)
        case .given(let text): write(text)
        }
    }
}

extension LogLine {
    mutating func member(_ name: LogName, _ id: RequestID) {
        switch id {
        case .number(let number): member(name, hexadecimal: number)
        case .given(let text): member(name, text)
        }
    }
}
