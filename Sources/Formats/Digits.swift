extension String {
    /// Two lower-case digits for each byte.
    package init(hexadecimal bytes: some Sequence<UInt8>) {
        var digits: [UInt8] = []
        // For a SHA-256, which does not say how long it is.
        digits.reserveCapacity(64)
        for byte in bytes {
            digits.append(byte.hexadecimalDigits(.lower).high)
            digits.append(byte.hexadecimalDigits(.lower).low)
        }
        self.init(decoding: digits, as: UTF8.self)
    }
}

extension [UInt8] {
    /// The bytes of a text that is nothing but pairs of digits, in either case.
    package init?(hexadecimal text: String) {
        var rest = text[...].utf8
        self = []
        while !rest.isEmpty {
            guard let byte = UInt8(hexadecimal: rest.prefix(2)) else { return nil }
            append(byte)
            rest = rest.dropFirst(2)
        }
    }
}

extension UInt8 {
    /// The case of the digits above nine, by the character that stands for ten.
    enum DigitCase: UInt8 {
        case lower = 0x61
        case upper = 0x41
    }

    func hexadecimalDigits(_ digitCase: DigitCase) -> (high: UInt8, low: UInt8) {
        (Self.digit(self >> 4, digitCase), Self.digit(self & 0xF, digitCase))
    }

    private static func digit(_ value: UInt8, _ digitCase: DigitCase) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : digitCase.rawValue + value - 10
    }

    /// The value of exactly two digits in either case.
    init?(hexadecimal digits: Substring.UTF8View) {
        guard digits.count == 2, let high = digits.first?.hexadecimalValue, let low = digits.last?.hexadecimalValue
        else { return nil }
        self = high << 4 | low
    }

    private var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension [UInt8] {
    /// Appends a text.
    package mutating func append(_ text: String) {
        append(contentsOf: text.utf8)
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
