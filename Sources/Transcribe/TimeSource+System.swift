import FoundationEssentials
import SigV4

extension TimeSource {
    /// This machine's clocks.
    public static let system = TimeSource(
        wallTime: { Timestamp(secondsSinceEpoch: Date().timeIntervalSince1970) },
        now: { .now },
        sleep: { instant async throws(CancellationError) in
            do { try await ContinuousClock().sleep(until: instant) } catch { throw CancellationError() }
        })
}
