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
    /// The length alone: what is interpolated by accident reveals nobody.
    public var description: String { "job name of \(text.utf8.count) characters" }
}

extension JobName {
    /// Checks a name's bytes. The elements of a span are read without a call for each.
    static func check(_ bytes: Span<UInt8>) throws(JobNameError) {
        let count = bytes.count
        guard count > 0 else { throw .empty }
        guard count <= maximumLength else { throw .tooLong(count: count) }
        for index in bytes.indices where !Token.isSafe(bytes[index]) {
            throw .illegalCharacter(bytes[index], position: index + 1)
        }
        let dot = UInt8(ascii: ".")
        guard count > 2 || bytes[0] != dot || bytes[count - 1] != dot else { throw .dotSegment }
    }
}
