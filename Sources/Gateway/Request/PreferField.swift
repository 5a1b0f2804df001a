import Formats

/// The field `Prefer` (RFC 7240): a list of preferences, of which only `wait` means something here (§4.3). Others are
/// ignored, malformed ones too, and of repeated ones the first counts (§2).
enum PreferField {
    /// Preferences that are read.
    private static let limit = 32

    /// The seconds of `wait`; nil without it.
    static func wait(in value: String) -> Int? {
        let utf8 = value.utf8
        let bytes = utf8.span
        var elements = ListElements(of: 0..<bytes.count, separatedBy: UInt8(ascii: ","), limit: limit)
        while let element = elements.next(in: bytes) {
            // Parameters follow after a semicolon.
            let preference = bytes.divided(element, at: UInt8(ascii: ";")).0
            let (name, given) = bytes.divided(preference, at: UInt8(ascii: "="))
            guard bytes.isWord("wait", at: bytes.withoutBlanks(name)) else { continue }
            return given.flatMap { bytes.seconds(in: $0) }
        }
        return nil
    }
}
