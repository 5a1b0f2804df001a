/// A whole number and what is written after it: `500ms`, `64MiB`, `20/s`, `8080`.
struct Amount {
    let count: Int
    let unit: Substring

    /// `nil` without leading digits, or with more than twelve: so a product with any unit of time fits a `Duration`.
    init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isWholeNumber }
        guard digits.count <= 12, let count = Int(digits) else { return nil }
        self.count = count
        unit = text[digits.endIndex...]
    }
}
