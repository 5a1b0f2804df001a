import Testing

@testable import Telemetry

@Suite struct NumberTests {
    @Test(arguments: [0, 7, 10, -1, 1_000_000, Int64.max, Int64.min])
    func writesNumbersInDecimal(number: Int64) {
        var buffer = TextBuffer()
        buffer.append(number)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == "\(number)")
    }

    // Days and seconds by `date -u -d @…`.
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (951_868_800_000, "2000-03-01T00:00:00.000Z"),
        (1_795_500_525_188, "2026-11-24T06:08:45.188Z"),
        (1_709_164_800_007, "2024-02-29T00:00:00.007Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
        (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func writesTimesInUTCWithMilliseconds(milliseconds: Int64, expected: String) {
        var buffer = TextBuffer()
        buffer.append(rfc3339: milliseconds)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == expected)
    }

    @Test func writesATimeAnewOnlyWhenItHasChanged() {
        var buffer = TextBuffer()
        for milliseconds: Int64 in [0, 0, 1, 0] { buffer.append(rfc3339: milliseconds) }
        let times = ["00.000Z", "00.000Z", "00.001Z", "00.000Z"].map { "1970-01-01T00:00:\($0)" }
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == times.joined())
    }

    @Test(arguments: [0, 9, 10, 0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210, .max])
    func writesHashesWithSixteenDigits(number: UInt64) {
        var buffer = TextBuffer()
        buffer.append(hexadecimal: number, isQuoted: true)
        let text = String(decoding: buffer.bytes, as: UTF8.self)
        #expect(text.utf8.count == 18 && text.first == "\"" && text.last == "\"")
        #expect(UInt64(text.dropFirst().dropLast(), radix: 16) == number)
        #expect(text == text.lowercased())
    }

    @Test func countsDaysWithoutGapsForEightHundredYears() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var (year, month, day) = (Int64(1600), Int64(1), Int64(1))
        let start: Int64 = -135_140
        for offset in 0..<Int64(800 * 365) {
            let date = CivilDate(daysSinceEpoch: start + offset)
            guard date.year == year, date.month == month, date.day == day else {
                Issue.record("day \(start + offset) became \(date), not \(year)-\(month)-\(day)")
                return
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let length = Int64(lengths[Int(month) - 1]) + (month == 2 && isLeap ? 1 : 0)
            day = day == length ? 1 : day + 1
            if day == 1 { month = month == 12 ? 1 : month + 1 }
            if day == 1, month == 1 { year += 1 }
        }
    }
}
