extension TextBuffer {
    /// Appends a number in decimal.
    mutating func append(_ number: Int64) {
        append(upTo: 20) { free in
            if number < 0 { free.append(UInt8(ascii: "-")) }
            free.append(digits: number.magnitude)
        }
    }

    /// Appends a number as 16 hexadecimal digits in lower case.
    mutating func append(hexadecimal number: UInt64) {
        append(upTo: 16) { free in
            for place in stride(from: 60, through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: number >> place & 0xF)
                free.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
            }
        }
    }

    /// Appends a wall time as RFC 3339 in UTC with milliseconds: `2026-11-24T10:00:00.000Z`.
    ///
    /// - Parameter milliseconds: since 1970-01-01T00:00:00Z; may be negative. RFC 3339 knows the years 0000–9999 only.
    mutating func append(rfc3339 milliseconds: Int64) {
        let (days, time) = milliseconds.flooredDivision(by: 86_400_000)
        append(upTo: 24) { free in
            free.append(date: CivilDate(daysSinceEpoch: days))
            free.append(UInt8(ascii: "T"))
            free.append(timeOfDay: time.magnitude)
            free.append(UInt8(ascii: "Z"))
        }
    }
}

extension OutputSpan<UInt8> {
    fileprivate mutating func append(date: CivilDate) {
        append(twoDigits: date.year.magnitude / 100)
        append(twoDigits: date.year.magnitude)
        append(UInt8(ascii: "-"))
        append(twoDigits: date.month.magnitude)
        append(UInt8(ascii: "-"))
        append(twoDigits: date.day.magnitude)
    }

    fileprivate mutating func append(timeOfDay milliseconds: UInt64) {
        append(twoDigits: milliseconds / 3_600_000)
        append(UInt8(ascii: ":"))
        append(twoDigits: milliseconds / 60_000 % 60)
        append(UInt8(ascii: ":"))
        append(twoDigits: milliseconds / 1000 % 60)
        append(UInt8(ascii: "."))
        append(digit: milliseconds / 100 % 10)
        append(twoDigits: milliseconds)
    }

    fileprivate mutating func append(digits number: UInt64) {
        if number >= 10 { append(digits: number / 10) }
        append(digit: number % 10)
    }

    /// Appends the last two digits of `number`.
    private mutating func append(twoDigits number: UInt64) {
        append(digit: number / 10 % 10)
        append(digit: number % 10)
    }

    private mutating func append(digit: UInt64) {
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
    }
}
