extension Timestamp {
    /// `2015-08-30T12:36:00.000Z` (RFC 3339 §5.6), always with three fraction digits.
    public var rfc3339: String {
        let time = CivilTime(self)
        var text: [UInt8] = []
        text.reserveCapacity(24)
        text.append(number: time.date.year, digits: 4)
        text.append("-", number: time.date.month, digits: 2)
        text.append("-", number: time.date.day, digits: 2)
        text.append("T", number: time.hour, digits: 2)
        text.append(":", number: time.minute, digits: 2)
        text.append(":", number: time.second, digits: 2)
        text.append(".", number: time.millisecond, digits: 3)
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads `date-time` of RFC 3339 §5.6 with any offset and any number of fraction digits, rounded to the nearest
    /// millisecond (a half goes up). `T` and `Z` may be lower-case, as that grammar says; nothing else may differ.
    public init?(rfc3339 text: String) {
        var reader = TimeReader(text)
        guard let year = reader.number(digits: 4), reader.skip("-"), let month = reader.number(digits: 2),
            reader.skip("-"), let day = reader.number(digits: 2), reader.skip("T") || reader.skip("t"),
            let hour = reader.number(digits: 2), reader.skip(":"), let minute = reader.number(digits: 2),
            reader.skip(":"), let second = reader.number(digits: 2),
            let millisecond = reader.millisecond(), let offset = reader.offset(), reader.isAtEnd,
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        self.init(
            date: date, hour: hour, minute: minute, second: second, millisecond: millisecond, offset: offset)
    }
}

extension TimeReader {
    /// The optional `time-secfrac`, rounded, 0 to 1000; nil for a point without digits.
    fileprivate mutating func millisecond() -> Int? {
        guard skip(".") else { return 0 }
        guard let first = digit() else { return nil }
        let tenThousandths = first * 1000 + (digit() ?? 0) * 100 + (digit() ?? 0) * 10 + (digit() ?? 0)
        while digit() != nil {}
        return (tenThousandths + 5) / 10
    }

    /// `time-offset` in minutes east of UTC.
    fileprivate mutating func offset() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let isEast = skip("+")
        guard isEast || skip("-"), let hours = number(digits: 2), hours < 24, skip(":"),
            let minutes = number(digits: 2), minutes < 60
        else { return nil }
        return (isEast ? 1 : -1) * (hours * 60 + minutes)
    }
}
