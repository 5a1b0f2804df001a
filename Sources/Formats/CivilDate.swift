/// A day of the Gregorian calendar, extended backwards before its introduction.
///
/// The conversions count in eras of 400 years (146,097 days) that begin on 1 March, so that the leap day is the last
/// day of a year and month lengths follow one line: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
struct CivilDate: Equatable {
    let year: Int
    /// 1 to 12.
    let month: Int
    /// 1 to 31.
    let day: Int

    /// The day with these numbers, or nil if the calendar has none.
    init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), (1...Self.length(ofMonth: month, year: year)).contains(day) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSinceEpoch: Int) {
        let shifted = daysSinceEpoch + Self.daysFromYearZero
        let era = floorDivide(shifted, by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSinceEpoch: Int {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = floorDivide(yearFromMarch, by: 400)
        let yearOfEra = yearFromMarch - era * 400
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - Self.daysFromYearZero
    }

    /// 0 is Sunday; the epoch was a Thursday.
    var weekday: Int {
        let days = daysSinceEpoch + 4
        return days - floorDivide(days, by: 7) * 7
    }

    /// Days from 0000-03-01 to 1970-01-01.
    private static let daysFromYearZero = 719_468

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func isLeap(_ year: Int) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }
}

/// The quotient rounded down, where `/` rounds towards zero: times before the epoch belong to the day they are in.
func floorDivide(_ dividend: Int, by divisor: Int) -> Int {
    let quotient = dividend / divisor
    return dividend % divisor < 0 ? quotient - 1 : quotient
}

/// A timestamp taken apart into calendar and clock, in UTC.
struct CivilTime {
    let date: CivilDate
    let hour: Int
    let minute: Int
    let second: Int
    let millisecond: Int

    init(_ timestamp: Timestamp) {
        let milliseconds = Int(timestamp.millisecondsSinceEpoch)
        let days = floorDivide(milliseconds, by: 86_400_000)
        let inDay = milliseconds - days * 86_400_000
        date = CivilDate(daysSinceEpoch: days)
        hour = inDay / 3_600_000
        minute = inDay / 60_000 % 60
        second = inDay / 1000 % 60
        millisecond = inDay % 1000
    }
}

extension Timestamp {
    /// The time with these numbers at `offset` minutes east of UTC, or nil if the clock never shows them.
    ///
    /// A second 60 is taken only where a leap second can be, at the end of a UTC day; it is the next day's first second.
    init?(date: CivilDate, hour: Int, minute: Int, second: Int, millisecond: Int = 0, offset: Int = 0) {
        guard (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second) else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + (hour * 60 + minute - offset) * 60 + second
        guard second < 60 || seconds.isMultiple(of: 86_400) else { return nil }
        self.init(millisecondsSinceEpoch: Int64(seconds * 1000 + millisecond))
    }
}
