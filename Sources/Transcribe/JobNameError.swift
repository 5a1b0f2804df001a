/// Why a text is no ``JobName``. Positions count the characters of the decoded name from 1.
public enum JobNameError: Error, Hashable, Sendable {
    case empty
    case tooLong(count: Int)
    case illegalCharacter(UInt8, position: Int)
    /// `.` or `..`.
    case dotSegment
    /// A `%` without two hexadecimal digits after it.
    case badPercentEncoding(position: Int)
}

extension JobNameError: CustomStringConvertible {
    /// One or two sentences for the caller: what is wrong and what is allowed. They never repeat the name.
    public var description: String { "\(fault) \(Self.rule)" }

    private static let rule = "A job name is 1 to 200 characters, each a letter a-z or A-Z, a digit, '.', '_' or '-'."

    private var fault: String {
        switch self {
        case .empty: "The job name is empty."
        case .tooLong(let count): "The job name is \(count) characters long."
        case .illegalCharacter(let byte, let position):
            "Character \(position) of the job name is \(Self.words(for: byte)), which is not allowed."
        case .dotSegment: "A job name of only '.' or '..' cannot stand in a URL path."
        case .badPercentEncoding(let position):
            "The '%' at character \(position) of the job name is not followed by two hexadecimal digits."
        }
    }

    /// A printable character is quoted; anything else is named by its number, so that it cannot act on a terminal.
    private static func words(for byte: UInt8) -> String {
        switch byte {
        case 0x20: "a space"
        case 0x21...0x7E: "'\(Character(Unicode.Scalar(byte)))'"
        case 0x80...: "not ASCII"
        default: "a control character (code \(byte))"
        }
    }
}
