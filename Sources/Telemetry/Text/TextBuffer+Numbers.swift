extension TextBuffer {
    /// Appends a number in decimal.
    mutating func append(_ number: Int64) {
        append(upTo: 20) { free in
            if number < 0 { free.append(UInt8(ascii: "-")) }
            free.append(digits: number.magnitude)
        }
    }

    /// Appends a number as 16 hexadecimal digits in lower case, perhaps between quotation marks.
    mutating func append(hexadecimal number: UInt64, isQuoted: Bool) {
        append(upTo: 18) { free in
            if isQuoted { free.append(UInt8(ascii: "\"")) }
            free.append(hexadecimal: UInt32(truncatingIfNeeded: number >> 32))
            free.append(hexadecimal: UInt32(truncatingIfNeeded: number))
            if isQuoted { free.append(UInt8(ascii: "\"")) }
        }
    }

    /// Appends a wall time as ``TimeText`` writes it.
    ///
    /// - Parameter milliseconds: since 1970-01-01T00:00:00Z.
    mutating func append(rfc3339 milliseconds: Int64) {
        let time = lastTime.flatMap { $0.milliseconds == milliseconds ? $0 : nil } ?? TimeText(milliseconds)
        append(upTo: 24) { free in
            for index in time.text.indices { free.append(time.text[index]) }
        }
        lastTime = time
    }
}

extension OutputSpan<UInt8> {
    /// Appends eight digits in lower case: each half-byte becomes a byte, then all become digits at once.
    fileprivate mutating func append(hexadecimal number: UInt32) {
        var digits = UInt64(number)
        digits = (digits | digits << 16) & 0x0000_FFFF_0000_FFFF
        digits = (digits | digits << 8) & 0x00FF_00FF_00FF_00FF
        digits = (digits | digits << 4) & 0x0F0F_0F0F_0F0F_0F0F
        let letters = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        digits &+= 0x3030_3030_3030_3030 &+ letters &* 39
        for _ in 0..<8 {
            append(UInt8(truncatingIfNeeded: digits >> 56))
            digits <<= 8
        }
    }

    fileprivate mutating func append(digits number: UInt64) {
        if number >= 10 { append(digits: number / 10) }
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}
