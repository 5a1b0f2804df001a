public import Formats
public import TestSupport
public import Transcribe

extension ManualClock {
    /// The wall clock.
    public var wallTime: Timestamp { Timestamp(millisecondsSinceEpoch: millisecondsSinceEpoch) }

    /// Both clocks, for the client and the gateway.
    public var source: TimeSource {
        TimeSource(
            wallTime: { self.wallTime }, now: { self.now },
            sleep: { instant async throws(CancellationError) in try await self.sleep(until: instant) })
    }

    public convenience init(wallTime: Timestamp, sleep: Sleep = .waits) {
        self.init(wallStart: wallTime.millisecondsSinceEpoch, sleep: sleep)
    }
}
