import Formats
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

/// The jobs of a simulated day, in the order in which they begin. Times are in ticks of the simulation.
struct DaySimulationJobs: Sendable {
    enum Interest: UInt8 { case none, read, watched, watchedEarly }

    struct Entry: Sendable {
        let start: Int32
        let end: Int32
        let interest: Interest
    }

    let entries: [Entry]

    init(_ load: DaySimulationLoad) {
        var chance = SplitMix64(seed: load.seed)
        let gap = Double(load.seconds) / Double(load.jobs)
        var start = 10.0
        entries = (0..<load.jobs).map { _ in
            start += chance.exponential(mean: gap)
            let end = start + 10 + chance.exponential(mean: load.meanLength - 10)
            return Entry(
                start: Int32(start * DaySimulation.ticksPerSecond), end: Int32(end * DaySimulation.ticksPerSecond),
                interest: Self.interest(in: load, by: &chance))
        }
    }

    private static func interest(in load: DaySimulationLoad, by chance: inout SplitMix64) -> Interest {
        let draw = chance.fraction()
        guard draw >= load.read else { return .read }
        guard draw < load.read + load.watched else { return .none }
        return draw < load.read + load.watched * load.early ? .watchedEarly : .watched
    }

    static func target(of number: Int) -> String { "/jobs/visit-\(number)" }

    /// What AWS says of a name at that tick; nil if there is no such job yet.
    func job(named name: String, at tick: Int) -> Job? {
        guard let number = Int(name.dropFirst("visit-".count)), tick >= Int(entries[number].start) else { return nil }
        let entry = entries[number]
        var job = tick < Int(entry.end) ? Job.running(name) : Job.finished(name)
        job.createdAt = Self.timestamp(entry.start)
        job.startedAt = job.createdAt
        if job.isFinished { job.completedAt = Self.timestamp(entry.end) }
        return job
    }

    private static func timestamp(_ tick: Int32) -> Timestamp {
        Timestamp(millisecondsSinceEpoch: Int64(tick) * 1_000 / Int64(DaySimulation.ticksPerSecond))
    }
}

/// When the account's calls began, as AWS counts them.
final class DaySimulationCalls: Sendable {
    private struct State {
        var count = 0
        var latest: [Int] = []
        var most = 0
    }

    private let state = Mutex(State())

    var count: Int { state.withLock(\.count) }
    /// The most in any second, wherever it begins.
    var mostInASecond: Int { state.withLock(\.most) }

    func note(at tick: Int) {
        state.withLock { state in
            state.count += 1
            state.latest.removeAll { tick - $0 >= Int(DaySimulation.ticksPerSecond) }
            state.latest.append(tick)
            state.most = max(state.most, state.latest.count)
        }
    }
}
