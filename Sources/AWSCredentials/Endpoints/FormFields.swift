/// Names and values as a form sends them, in a body or behind a `?` (`application/x-www-form-urlencoded` in the HTML
/// standard; a space is `%20`, which every reader takes too).
struct FormFields {
    private(set) var encoded = ""

    /// Adds a field; one without a value is left out.
    mutating func append(_ name: String, _ value: String?) {
        guard let value else { return }
        if !encoded.isEmpty { encoded += "&" }
        encoded += "\(name.percentEncoded)=\(value.percentEncoded)"
    }
}

extension String {
    /// With every byte but the unreserved ones (RFC 3986 §2.3) as `%XX`.
    fileprivate var percentEncoded: String {
        var text = ""
        for byte in utf8 { text += byte.isUnreserved ? String(UnicodeScalar(byte)) : byte.percentEncoded }
        return text
    }
}

extension UInt8 {
    fileprivate var percentEncoded: String {
        "%" + (self < 16 ? "0" : "") + String(self, radix: 16, uppercase: true)
    }

    fileprivate var isUnreserved: Bool {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
