// The ISO 8601 basic format that Signature Version 4 dates its requests with: "Elements of an AWS API request
// signature" in the IAM User Guide.

extension Timestamp {
    /// `20150830T123600Z`: the text of `X-Amz-Date`. The milliseconds are left off.
    public var basicFormat: String {
        String(decoding: basicFormatBytes, as: UTF8.self)
    }

    /// `20150830`: the UTC day, the first eight characters of ``basicFormat`` and part of every credential scope.
    public var date: String {
        String(decoding: basicFormatBytes.prefix(8), as: UTF8.self)
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

    private var basicFormatBytes: [UInt8] {
        let time = CivilTime(self)
        var text: [UInt8] = []
        text.reserveCapacity(16)
        text.append(number: time.date.year, digits: 4)
        text.append(number: time.date.month, digits: 2)
        text.append(number: time.date.day, digits: 2)
        text.append(UInt8(ascii: "T"))
        text.append(number: time.hour, digits: 2)
        text.append(number: time.minute, digits: 2)
        text.append(number: time.second, digits: 2)
        text.append(UInt8(ascii: "Z"))
        return text
    }
}
