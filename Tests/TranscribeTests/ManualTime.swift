import Formats
import Synchronization

@testable import Transcribe

/// Clocks that stand still until told, and on which a sleep takes no time.
final class ManualTime: Sendable {
    let start = ContinuousClock.now
    private let state = Mutex(State())

    private struct State {
        var elapsed = Duration.zero
        var wallTime = ManualTime.wallStart
        var sleeps: [Duration] = []
    }

    static let wallStart = Timestamp(millisecondsSinceEpoch: 1_795_500_525_188)

    var source: TimeSource {
        TimeSource(
            wallTime: { self.state.withLock(\.wallTime) },
            now: { self.start + self.state.withLock(\.elapsed) },
            sleep: { instant async throws(CancellationError) in
                guard !Task.isCancelled else { throw CancellationError() }
                self.sleep(until: instant)
            })
    }

    /// How long each sleep was.
    var sleeps: [Duration] { state.withLock(\.sleeps) }

    func advance(by duration: Duration) {
        state.withLock { state in
            state.elapsed += duration
            let milliseconds = duration / Duration.milliseconds(1)
            state.wallTime = state.wallTime.adding(milliseconds: Int64(milliseconds.rounded()))
        }
    }

    private func sleep(until instant: ContinuousClock.Instant) {
        let duration = instant - (start + state.withLock(\.elapsed))
        state.withLock { $0.sleeps.append(duration) }
        advance(by: duration)
    }
}
