extension [UInt8] {
    /// Appends a text.
    mutating func append(_ text: String) {
        append(contentsOf: text.utf8)
    }

    /// Appends a text and a line feed.
    mutating func append(line: String) {
        append(line)
        append(UInt8(ascii: "\n"))
    }

    /// Appends a number that is not negative in decimal, with leading zeros to fill `count` digits.
    mutating func append(number: Int, digits count: Int) {
        if count > 1 { append(number: number / 10, digits: count - 1) }
        append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// Appends a separator and a number.
    mutating func append(_ separator: Unicode.Scalar, number: Int, digits count: Int) {
        append(UInt8(ascii: separator))
        append(number: number, digits: count)
    }
}
