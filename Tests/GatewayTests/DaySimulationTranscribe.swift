import Gateway
import Synchronization
import TestSupport
import Transcribe

/// Amazon Transcribe as one replica sees it: it knows the day's jobs and answers after a tenth of a second.
final class DaySimulationTranscribe: JobSource {
    private static let latency = Duration.milliseconds(100)

    private let jobs: DaySimulationJobs
    private let clock: ManualClock
    private let calls: DaySimulationCalls
    private let parked = Mutex<[(end: ContinuousClock.Instant, continuation: CheckedContinuation<Void, Never>)]>([])

    init(_ jobs: DaySimulationJobs, clock: ManualClock, calls: DaySimulationCalls) {
        self.jobs = jobs
        self.clock = clock
        self.calls = calls
    }

    /// Calls that it has not answered yet.
    var inFlight: Int { parked.withLock(\.count) }
    /// When it answers the next of them.
    var nextAnswer: ContinuousClock.Instant? { parked.withLock { $0.first?.end } }

    func job(
        named name: JobName, deadline: ContinuousClock.Instant, attemptFailed: (TranscribeError) -> Void,
        admitRetry: () async -> Bool
    ) async throws(TranscribeError) -> JobAnswer {
        let tick = DaySimulation.tick(of: clock)
        calls.note(at: tick)
        await withCheckedContinuation { continuation in
            parked.withLock { $0.append((clock.now + Self.latency, continuation)) }
        }
        guard let job = jobs.job(named: name.text, at: tick) else { throw .jobNotFound(AnswerOrigin(status: 400)) }
        return JobAnswer(job: job)
    }

    /// Answers what is due. All calls take the same time, so they end as they began.
    func answer(by now: ContinuousClock.Instant) {
        let due = parked.withLock { parked in
            let due = parked.prefix { $0.end <= now }
            parked.removeFirst(due.count)
            return due
        }
        for call in due { call.continuation.resume() }
    }
}
