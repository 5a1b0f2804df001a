/// A day of the Gregorian calendar, extended backwards before its introduction.
///
/// The conversions count in eras of 400 years (146,097 days) that begin on 1 March, so that the leap day is the last day of
/// a year. The months from March on have the lengths 31, 30, 31, 30, 31 twice over: `(153 m + 2) / 5` days lie before month
/// `m`. See Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
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
        let (era, dayOfEra) = (daysSinceEpoch + Self.daysFromYearZero).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSinceEpoch: Int {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredDivision(by: 400)
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - Self.daysFromYearZero
    }

    /// 0 is Sunday; the epoch was a Thursday.
    var weekday: Int { (daysSinceEpoch + 4).flooredDivision(by: 7).remainder }

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

extension Int {
    /// The quotient rounded down and the remainder, which is never negative. Times before the epoch belong to the day they
    /// are in, where `/` would round towards zero.
    fileprivate func flooredDivision(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

/// A timestamp taken apart into calendar and clock, in UTC.
struct CivilTime {
    let date: CivilDate
    let hour: Int
    let minute: Int
    let second: Int
    let millisecond: Int

    init(_ timestamp: Timestamp) {
        let (days, inDay) = Int(timestamp.millisecondsSinceEpoch).flooredDivision(by: 86_400_000)
        date = CivilDate(daysSinceEpoch: days)
        hour = inDay / 3_600_000
        minute = inDay / 60_000 % 60
        second = inDay / 1000 % 60
        millisecond = inDay % 1000
    }
}

extension Timestamp {
    /// The time with these numbers at `offset` minutes east of UTC, or nil if a clock never shows them.
    ///
    /// A second 60 is taken only where a leap second can be, at the end of a UTC day; it is the next day's first second.
    init?(date: CivilDate, hour: Int, minute: Int, second: Int, millisecond: Int = 0, offset: Int = 0) {
        guard (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second) else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + (hour * 60 + minute - offset) * 60 + second
        guard second < 60 || seconds.isMultiple(of: 86_400) else { return nil }
        self.init(millisecondsSinceEpoch: Int64(seconds * 1000 + millisecond))
    }
}
