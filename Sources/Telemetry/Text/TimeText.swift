/// A wall time and how it is written: RFC 3339 in UTC with milliseconds, `2026-11-24T10:00:00.000Z`. Kept, because many
/// lines of a busy log have the same.
struct TimeText {
    /// Since 1970-01-01T00:00:00Z; may be negative. RFC 3339 knows the years 0000–9999 only.
    let milliseconds: Int64
    let text: InlineArray<24, UInt8>

    init(_ milliseconds: Int64) {
        let (days, time) = milliseconds.flooredDivision(by: 86_400_000)
        self.milliseconds = milliseconds
        text = InlineArray(initializingWith: { free in
            free.append(date: CivilDate(daysSinceEpoch: days))
            free.append(UInt8(ascii: "T"))
            free.append(timeOfDay: time.magnitude)
            free.append(UInt8(ascii: "Z"))
        })
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

    /// Appends the last two digits of `number`.
    private mutating func append(twoDigits number: UInt64) {
        append(digit: number / 10 % 10)
        append(digit: number % 10)
    }

    private mutating func append(digit: UInt64) {
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
    }
}
