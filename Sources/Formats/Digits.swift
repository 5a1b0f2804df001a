/// Numbers in hexadecimal and decimal. The writers append to a span, so that a caller checks the room once for a whole text.
extension OutputSpan<UInt8> {
    /// Appends 16 digits in lower case.
    @inlinable
    package mutating func append(hexadecimal number: UInt64) {
        append(hexadecimal: UInt32(truncatingIfNeeded: number >> 32))
        append(hexadecimal: UInt32(truncatingIfNeeded: number))
    }

    /// Appends 8 digits in lower case: each half-byte becomes a byte, then all become digits at once.
    @inlinable
    package mutating func append(hexadecimal number: UInt32) {
        var digits = UInt64(number)
        digits = (digits | digits << 16) & 0x0000_FFFF_0000_FFFF
        digits = (digits | digits << 8) & 0x00FF_00FF_00FF_00FF
        digits = (digits | digits << 4) & 0x0F0F_0F0F_0F0F_0F0F
        let letters = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        digits &+= 0x3030_3030_3030_3030 &+ letters &* 39
        append(repeating: 0, count: 8)
        var span = mutableSpan
        for index in span.count - 8..<span.count {
            span[index] = UInt8(truncatingIfNeeded: digits >> 56)
            digits <<= 8
        }
    }

    /// Appends 1 to 4 digits in lower case, without zeros in front.
    package mutating func append(shortestHexadecimal number: UInt16) {
        if number > 0xF { append(shortestHexadecimal: number >> 4) }
        append(.hexadecimalDigit(UInt8(truncatingIfNeeded: number & 0xF), .lower))
    }

    /// Appends 4 digits in lower case.
    package mutating func append(hexadecimal number: UInt16) {
        append(hexadecimal: UInt8(truncatingIfNeeded: number >> 8))
        append(hexadecimal: UInt8(truncatingIfNeeded: number))
    }

    /// Appends 2 digits in lower case.
    @inlinable
    package mutating func append(hexadecimal number: UInt8) {
        append(.hexadecimalDigit(number >> 4, .lower))
        append(.hexadecimalDigit(number & 0xF, .lower))
    }

    /// Appends a number in decimal: at most 20 bytes.
    @inlinable
    package mutating func append(decimal number: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(decimal: number.magnitude)
    }

    /// Appends a number in decimal, from the first digit on: to reverse a part of an array would copy that part.
    @inlinable
    package mutating func append(decimal number: UInt) {
        if number >= 10 { append(decimal: number / 10) }
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }

    /// Appends the last two digits of a number that is not negative.
    mutating func append(twoDigits number: Int) {
        append(digit: number / 10 % 10)
        append(digit: number % 10)
    }

    /// Appends a number from 0 to 9.
    mutating func append(digit: Int) {
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
    }
}

extension String {
    /// Two digits in lower case for each byte.
    @inlinable
    package init(hexadecimal bytes: some Sequence<UInt8>) {
        var digits: [UInt8] = []
        // Enough for a SHA-256, which does not say how long it is.
        digits.reserveCapacity(64)
        for byte in bytes {
            digits.append(.hexadecimalDigit(byte >> 4, .lower))
            digits.append(.hexadecimalDigit(byte & 0xF, .lower))
        }
        self.init(decoding: digits, as: UTF8.self)
    }

    /// 16 digits in lower case.
    package init(hexadecimal number: UInt64) {
        self.init(upTo: 16) { $0.append(hexadecimal: number) }
    }
}

extension [UInt8] {
    /// The bytes of a text that consists of pairs of digits in either case; nil for any other text.
    package init?(hexadecimal text: String) {
        let utf8 = text.utf8
        let digits = utf8.span
        guard digits.count.isMultiple(of: 2) else { return nil }
        self = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = digits.byte(hexadecimalAt: index) else { return nil }
            append(byte)
        }
    }
}

extension Span<UInt8> {
    /// The number that the bytes write in decimal digits; nil if there is no digit or another byte, or if it is no Int.
    package var decimalValue: Int? {
        guard !isEmpty else { return nil }
        var value = 0
        for index in indices {
            guard self[index].isDigit else { return nil }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int(self[index] - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }

    /// The value of the two digits, in either case, that begin at `index`; nil if they are not there.
    package func byte(hexadecimalAt index: Int) -> UInt8? {
        guard index + 1 < count, let high = self[index].hexadecimalValue, let low = self[index + 1].hexadecimalValue
        else { return nil }
        return high << 4 | low
    }
}

extension UInt8 {
    /// The case of the digits above nine, by the character that stands for ten.
    @usableFromInline
    package enum DigitCase: UInt8 {
        case lower = 0x61
        case upper = 0x41
    }

    /// The character for a value from 0 to 15.
    @inlinable
    package static func hexadecimalDigit(_ value: UInt8, _ digitCase: DigitCase) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : digitCase.rawValue + value - 10
    }

    /// The value of a digit in either case, or nil for another character.
    @inlinable
    package var hexadecimalValue: UInt8? {
        if isDigit { return self - 0x30 }
        let letter = self | 0x20
        return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : nil
    }
}
