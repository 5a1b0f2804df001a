public import Formats
public import TestSupport

extension ManualClock {
    /// The wall clock.
    public var wallTime: Timestamp { Timestamp(millisecondsSinceEpoch: millisecondsSinceEpoch) }

    public convenience init(wallTime: Timestamp, sleep: Sleep = .waits) {
        self.init(wallStart: wallTime.millisecondsSinceEpoch, sleep: sleep)
    }
}
