extension Timestamp {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`: IMF-fixdate, RFC 9110 §5.6.7. The milliseconds are left off.
    public var httpDate: String {
        let time = CivilTime(self)
        var text: [UInt8] = []
        text.reserveCapacity(29)
        text.append(Self.weekdays[time.date.weekday])
        text.append(", ")
        text.append(number: time.date.day, digits: 2)
        text.append(UInt8(ascii: " "))
        text.append(Self.months[time.date.month - 1])
        text.append(" ", number: time.date.year, digits: 4)
        text.append(" ", number: time.hour, digits: 2)
        text.append(":", number: time.minute, digits: 2)
        text.append(":", number: time.second, digits: 2)
        text.append(" GMT")
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads IMF-fixdate (RFC 9110 §5.6.7), case-sensitive as that section says. The obsolete forms, and a day name
    /// that is not the date's, are refused.
    public init?(httpDate text: String) {
        var reader = TimeReader(text)
        guard let weekday = reader.index(in: Self.weekdays), reader.skip(", "),
            let day = reader.number(digits: 2), reader.skip(" "),
            let month = reader.index(in: Self.months), reader.skip(" "),
            let year = reader.number(digits: 4), reader.skip(" "),
            let hour = reader.number(digits: 2), reader.skip(":"), let minute = reader.number(digits: 2),
            reader.skip(":"), let second = reader.number(digits: 2), reader.skip(" GMT"), reader.isAtEnd,
            let date = CivilDate(year: year, month: month + 1, day: day), date.weekday == weekday
        else { return nil }
        self.init(date: date, hour: hour, minute: minute, second: second)
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
