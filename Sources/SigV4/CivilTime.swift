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
