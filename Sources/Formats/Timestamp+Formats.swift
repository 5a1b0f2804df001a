extension Timestamp {
    /// `2015-08-30T12:36:00.000Z` (RFC 3339 §5.6), always with three fraction digits.
    public var rfc3339: String {
        String(upTo: 24) { $0.append(rfc3339: self) }
    }

    /// Reads `date-time` of RFC 3339 §5.6 with any offset and any number of fraction digits, rounded to the nearest
    /// millisecond (a half goes up). `T` and `Z` may be lower-case, as that grammar says; nothing else may differ.
    public init?(rfc3339 text: String) {
        self.init(text, separatedBy: ["T", "t"]) { $0.offset() }
    }

    /// Reads what tools write where RFC 3339 is meant: also with a blank for `T`, and as the offset `+0000`, `+00` and
    /// `UTC`, perhaps after a blank. (Python's `dateutil`, with which the AWS CLI and boto3 read expirations, takes these
    /// and more.)
    public init?(iso8601 text: String) {
        self.init(text, separatedBy: ["T", "t", " "]) { $0.offset(isLoose: true) }
    }

    private init?(_ text: String, separatedBy separators: [String], offset: (inout TimeReader) -> Int?) {
        var reader = TimeReader(text)
        guard let year = reader.number(digits: 4), reader.skip("-"), let month = reader.number(digits: 2),
            reader.skip("-"), let day = reader.number(digits: 2), reader.index(in: separators) != nil,
            let hour = reader.number(digits: 2), reader.skip(":"), let minute = reader.number(digits: 2),
            reader.skip(":"), let second = reader.number(digits: 2),
            let millisecond = reader.millisecond(), let offset = offset(&reader), reader.isAtEnd,
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        self.init(
            date: date, hour: hour, minute: minute, second: second, millisecond: millisecond, offset: offset)
    }
}

extension Timestamp {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`: IMF-fixdate, RFC 9110 §5.6.7. The milliseconds are left off.
    public var httpDate: String {
        let time = CivilTime(self)
        return String(upTo: 29) { text in
            text.append(Self.weekdays[time.date.weekday])
            text.append(", ")
            text.append(twoDigits: time.date.day)
            text.append(" ")
            text.append(Self.months[time.date.month - 1])
            text.append(" ")
            text.append(yearOf: time.date)
            text.append(" ", time.hour)
            text.append(":", time.minute)
            text.append(":", time.second)
            text.append(" GMT")
        }
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

extension Timestamp {
    /// `20150830T123600Z`: the basic format of ISO 8601, in which Signature Version 4 writes `X-Amz-Date` ("Elements of
    /// an AWS API request signature" in the IAM User Guide). The milliseconds are left off.
    public var basicFormat: String {
        let time = CivilTime(self)
        return String(upTo: 16) { text in
            text.append(basic: time.date)
            text.append("T", time.hour)
            text.append(twoDigits: time.minute)
            text.append(twoDigits: time.second)
            text.append("Z")
        }
    }

    /// `20150830`: the UTC day, the first eight characters of ``basicFormat`` and part of every credential scope.
    public var date: String {
        String(upTo: 8) { $0.append(basic: CivilTime(self).date) }
    }

    /// Reads exactly the form `20150830T123600Z`.
    public init?(basicFormat text: String) {
        var reader = TimeReader(text)
        guard let year = reader.number(digits: 4), let month = reader.number(digits: 2),
            let day = reader.number(digits: 2), reader.skip("T"),
            let hour = reader.number(digits: 2), let minute = reader.number(digits: 2),
            let second = reader.number(digits: 2), reader.skip("Z"), reader.isAtEnd,
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        self.init(date: date, hour: hour, minute: minute, second: second)
    }
}

extension OutputSpan<UInt8> {
    /// Appends the 24 bytes of ``Timestamp/rfc3339``.
    package mutating func append(rfc3339 timestamp: Timestamp) {
        let time = CivilTime(timestamp)
        append(yearOf: time.date)
        append("-", time.date.month)
        append("-", time.date.day)
        append("T", time.hour)
        append(":", time.minute)
        append(":", time.second)
        append(UInt8(ascii: "."))
        append(digit: time.millisecond / 100)
        append(twoDigits: time.millisecond)
        append(UInt8(ascii: "Z"))
    }

    /// Appends `20150830`.
    fileprivate mutating func append(basic date: CivilDate) {
        append(yearOf: date)
        append(twoDigits: date.month)
        append(twoDigits: date.day)
    }

    fileprivate mutating func append(yearOf date: CivilDate) {
        append(twoDigits: date.year / 100)
        append(twoDigits: date.year)
    }

    /// Appends a separator and two digits.
    fileprivate mutating func append(_ separator: Unicode.Scalar, _ number: Int) {
        append(UInt8(ascii: separator))
        append(twoDigits: number)
    }

    fileprivate mutating func append(_ text: String) {
        for byte in text.utf8 { append(byte) }
    }
}

/// Reads the fixed fields of a written time from the front of a text.
private struct TimeReader {
    private let bytes: [UInt8]
    /// Where the next field begins.
    private var place = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    var isAtEnd: Bool { place == bytes.count }

    /// The number written with exactly `count` digits, or nil if they are not there.
    mutating func number(digits count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// One decimal digit, if one comes next.
    mutating func digit() -> Int? {
        guard !isAtEnd, bytes[place].isDigit else { return nil }
        defer { place += 1 }
        return Int(bytes[place] - UInt8(ascii: "0"))
    }

    /// Passes over `text` and says whether it was there.
    mutating func skip(_ text: String) -> Bool {
        guard bytes[place...].starts(with: text.utf8) else { return false }
        place += text.utf8.count
        return true
    }

    /// Passes over the one of `names` that comes next and gives its place among them.
    mutating func index(in names: [String]) -> Int? {
        names.firstIndex { skip($0) }
    }
}

extension TimeReader {
    /// The optional `time-secfrac`, rounded, 0 to 1000; nil for a point without digits.
    mutating func millisecond() -> Int? {
        guard skip(".") else { return 0 }
        guard let first = digit() else { return nil }
        let tenThousandths = first * 1000 + (digit() ?? 0) * 100 + (digit() ?? 0) * 10 + (digit() ?? 0)
        while digit() != nil {}
        return (tenThousandths + 5) / 10
    }

    /// `time-offset` in minutes east of UTC; also one of ``Timestamp/init(iso8601:)`` if it is loose.
    mutating func offset(isLoose: Bool = false) -> Int? {
        if isLoose { _ = skip(" ") }
        if skip("Z") || skip("z") || isLoose && (skip("UTC") || skip("GMT")) { return 0 }
        let isEast = skip("+")
        guard isEast || skip("-"), let minutes = minutesOfOffset(isLoose) else { return nil }
        return (isEast ? 1 : -1) * minutes
    }

    private mutating func minutesOfOffset(_ isLoose: Bool) -> Int? {
        guard let hours = number(digits: 2), hours < 24 else { return nil }
        if isLoose, isAtEnd { return hours * 60 }
        guard skip(":") || isLoose, let minutes = number(digits: 2), minutes < 60 else { return nil }
        return hours * 60 + minutes
    }
}
