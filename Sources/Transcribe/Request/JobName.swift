import Formats

/// The name of a medical transcription job: 1 to 200 of the ASCII letters, digits, `.`, `_` and `-`, in the case given.
///
/// A value is proof that the name was checked, so it can stand in a JSON string or a path without escaping. The rule is
/// that of `GetMedicalTranscriptionJob` (Amazon Transcribe API reference: `^[0-9a-zA-Z._-]+`, length 1...200), held to
/// the whole string. `.` and `..` are refused too: AWS allows them, but no client can put them into a URL path
/// (RFC 3986 §5.2.4).
///
/// A name can identify a patient, so a description never shows it; ``text`` does.
public struct JobName: Hashable, Sendable {
    /// The longest name that AWS takes, in characters.
    public static let maximumLength = 200

    /// The name as AWS spells it.
    public let text: String

    /// Checks a name that is not encoded in any way.
    public init(_ text: String) throws(JobNameError) {
        let utf8 = text.utf8
        try Self.check(utf8.span)
        self.text = text
    }
}

extension JobName: CustomStringConvertible {
    /// The length only, so that a name interpolated by accident does not identify a patient.
    public var description: String { "job name of \(text.utf8.count) characters" }
}

extension JobName {
    /// Checks a name's bytes. The elements of a span are read without a call for each.
    static func check(_ bytes: Span<UInt8>) throws(JobNameError) {
        let count = bytes.count
        guard count > 0 else { throw .empty }
        guard count <= maximumLength else { throw .tooLong(count: count) }
        let allowed = ASCIISet.name
        for index in bytes.indices where !allowed.contains(bytes[index]) {
            throw .illegalCharacter(bytes[index], position: index + 1)
        }
        let dot = UInt8(ascii: ".")
        guard count > 2 || bytes[0] != dot || bytes[count - 1] != dot else { throw .dotSegment }
    }
}

extension JobName {
    /// Checks a name as it stands between two slashes of a URL path, percent-decoding it exactly once
    /// (RFC 3986 §2.4): `%2E` is a dot, `%252E` is refused for its `%`. A `+` is a plus sign, not a space.
    ///
    /// A name without `%` costs no allocation beyond its own string.
    public init(pathSegment: Span<UInt8>) throws(JobNameError) {
        guard Self.isEncoded(pathSegment) else {
            try Self.check(pathSegment)
            text = String(copying: try! UTF8Span(validating: pathSegment))  // what was checked is ASCII
            return
        }
        let decoded = try [UInt8](percentDecoding: pathSegment) { (count) throws(JobNameError) in
            throw .badPercentEncoding(position: count + 1)
        }
        try Self.check(decoded.span)
        text = String(decoding: decoded, as: UTF8.self)
    }

    /// Checks a name as a form sends it in a query (URL Standard §5.1): `+` is a space, percent-encoding is decoded exactly
    /// once, and spaces and tabs around the name are no part of it.
    public init(formValue: Span<UInt8>) throws(JobNameError) {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(formValue.count)
        for index in formValue.indices {
            encoded.append(formValue[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : formValue[index])
        }
        var malformed: Int?
        let decoded = [UInt8](percentDecoding: encoded.span) { malformed = malformed ?? $0 }
        let name = decoded.trimmingBlanks
        if let malformed { throw .badPercentEncoding(position: malformed - name.startIndex + 1) }
        try Self.check(name.span)
        text = String(decoding: name, as: UTF8.self)
    }

    private static func isEncoded(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where bytes[index] == UInt8(ascii: "%") { return true }
        return false
    }
}

/// Why a text is not a ``JobName``. Positions count the characters of the decoded name from 1.
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
    public var description: String { "\(problem) \(Self.rule)" }

    private static let rule = "Give 1 to 200 characters, each a letter a-z or A-Z, a digit, '.', '_' or '-'."

    private var problem: String {
        switch self {
        case .empty: "The job name is empty."
        case .tooLong(let count): "The job name is \(count) characters long."
        case .illegalCharacter(let byte, let position):
            "Character \(position) of the job name is \(Self.description(of: byte)), which is not allowed."
        case .dotSegment: "A job name of only '.' or '..' cannot stand in a URL path."
        case .badPercentEncoding(let position):
            "The '%' at character \(position) of the job name is not followed by two hexadecimal digits."
        }
    }

    /// A printable character is quoted. Any other is given by its number, because it could control a terminal.
    private static func description(of byte: UInt8) -> String {
        switch byte {
        case 0x20: "a space"
        case 0x21...0x7E: "'\(Character(Unicode.Scalar(byte)))'"
        case 0x80...: "not ASCII"
        default: "a control character (code \(byte))"
        }
    }
}
