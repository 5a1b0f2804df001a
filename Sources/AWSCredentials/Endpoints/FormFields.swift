import SigV4

/// Names and values as a form sends them, in a body or behind a `?` (`application/x-www-form-urlencoded` in the HTML
/// standard; a space is `%20`, which every reader takes too).
struct FormFields {
    private var bytes: [UInt8] = []

    var encoded: String { String(decoding: bytes, as: UTF8.self) }

    /// Adds a field; one without a value is left out.
    mutating func append(_ name: String, _ value: String?) {
        guard let value else { return }
        if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
        bytes.append(percentEncoding: name.utf8)
        bytes.append(UInt8(ascii: "="))
        bytes.append(percentEncoding: value.utf8)
    }
}
