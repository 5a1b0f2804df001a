public import Formats
import FoundationEssentials

/// The client's clocks: it signs with the wall clock and waits with the monotonic one.
public struct TimeSource: Sendable {
    /// The wall-clock time.
    public let wallTime: @Sendable () -> Timestamp
    /// The time by which deadlines are kept.
    public let now: @Sendable () -> ContinuousClock.Instant
    /// Waits until an instant. Throws if the task is cancelled before.
    public let sleep: @Sendable (_ until: ContinuousClock.Instant) async throws(CancellationError) -> Void

    public init(
        wallTime: @escaping @Sendable () -> Timestamp,
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        sleep: @escaping @Sendable (_ until: ContinuousClock.Instant) async throws(CancellationError) -> Void
    ) {
        self.wallTime = wallTime
        self.now = now
        self.sleep = sleep
    }
}

extension TimeSource {
    /// The clocks of this machine.
    public static let system = TimeSource(
        wallTime: { Timestamp(secondsSinceEpoch: Date().timeIntervalSince1970) },
        now: { .now },
        sleep: { instant async throws(CancellationError) in
            do { try await ContinuousClock().sleep(until: instant) } catch { throw CancellationError() }
        })
}
