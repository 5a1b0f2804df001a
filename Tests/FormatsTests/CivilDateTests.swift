import Testing

@testable import Formats

@Suite struct CivilDateTests {
    @Test func countsDaysWithoutGapsForEightHundredYears() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var (year, month, day) = (1600, 1, 1)
        let start = -135_140
        for offset in 0..<800 * 365 {
            let date = CivilDate(daysSinceEpoch: start + offset)
            guard date.year == year, date.month == month, date.day == day, date.daysSinceEpoch == start + offset else {
                Issue.record("day \(start + offset) became \(date), not \(year)-\(month)-\(day)")
                return
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let length = lengths[month - 1] + (month == 2 && isLeap ? 1 : 0)
            day = day == length ? 1 : day + 1
            if day == 1 { month = month == 12 ? 1 : month + 1 }
            if day == 1, month == 1 { year += 1 }
        }
    }

    @Test(arguments: [
        (2023, 2, 29), (1800, 2, 29), (1900, 2, 29), (2100, 2, 29), (2200, 2, 29), (2300, 2, 29), (2024, 2, 30),
        (2024, 4, 31), (2024, 0, 1), (2024, 13, 1), (2024, 1, 0),
    ])
    func refusesDaysThatTheCalendarDoesNotHave(year: Int, month: Int, day: Int) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    @Test(arguments: [1600, 2000, 2400, 2024, 1996, 0])
    func knowsLeapYears(year: Int) {
        #expect(CivilDate(year: year, month: 2, day: 29) != nil)
    }
}
