extension String {
    /// The text as a log or terminal may show it: control and other non-ASCII characters escaped, at most 200
    /// characters, and without the user information of a URL, which may be a password (RFC 3986 §3.2.1).
    var printable: String { printable(upTo: 200) }

    /// The same, with at most so many characters.
    func printable(upTo limit: Int) -> String {
        let text = replacing(/:\/\/.*@/, with: "://(hidden)@")
        let shown = text.unicodeScalars.prefix(limit).map { $0.escapedForDisplay }.joined()
        return text.unicodeScalars.count > limit ? shown + "…" : shown
    }

    var quoted: String { "\"\(printable)\"" }
}

extension Unicode.Scalar {
    fileprivate var escapedForDisplay: String {
        self == "…" || (isASCII && value >= 0x20 && value != 0x7F) ? String(self) : escaped(asASCII: true)
    }
}
