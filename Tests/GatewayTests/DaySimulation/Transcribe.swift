import Formats
import Gateway
import Synchronization
import TestSupport
import Transcribe

extension DaySimulation {
    /// Amazon Transcribe as one replica sees it: it knows the day's jobs and answers after 100 ms.
    final class FakeTranscribe: JobSource {
        private static let latency = Duration.milliseconds(100)

        private let jobs: Jobs
        private let clock: ManualClock
        private let calls: Calls
        private let parked = Mutex<[(end: ContinuousClock.Instant, continuation: CheckedContinuation<Void, Never>)]>([])

        init(_ jobs: Jobs, clock: ManualClock, calls: Calls) {
            self.jobs = jobs
            self.clock = clock
            self.calls = calls
        }

        /// How many calls have no answer yet.
        var inFlight: Int { parked.withLock(\.count) }
        /// When the next of them is answered.
        var nextAnswer: ContinuousClock.Instant? { parked.withLock { $0.first?.end } }

        func job(
            named name: JobName, deadline: ContinuousClock.Instant, mayRetry: () -> Bool, attemptBegan: () -> Void,
            attemptFailed: (TranscribeError) -> Void, admitRetry: () async -> Bool
        ) async throws(TranscribeError) -> JobResponse {
            let tick = DaySimulation.tick(of: clock)
            calls.record(at: tick)
            attemptBegan()
            await withCheckedContinuation { continuation in
                parked.withLock { $0.append((clock.now + Self.latency, continuation)) }
            }
            guard let job = jobs.job(named: name.text, at: tick) else {
                throw .jobNotFound(ResponseOrigin(status: 400))
            }
            return JobResponse(job: job)
        }

        /// Answers the calls that are due. All take the same time, so they end in the order in which they began.
        func answer(by now: ContinuousClock.Instant) {
            let due = parked.withLock { parked in
                let due = parked.prefix { $0.end <= now }
                parked.removeFirst(due.count)
                return due
            }
            for call in due { call.continuation.resume() }
        }
    }
}

extension DaySimulation {
    /// The jobs of a simulated day, in the order of their starts. Times are in ticks of the simulation.
    struct Jobs: Sendable {
        enum Interest: UInt8 { case none, read, watched, watchedEarly }

        struct Entry: Sendable {
            let start: Int32
            let end: Int32
            let interest: Interest
        }

        let entries: [Entry]

        init(_ load: Load) {
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

        private static func interest(in load: Load, by chance: inout SplitMix64) -> Interest {
            let draw = chance.fraction()
            guard draw >= load.read else { return .read }
            guard draw < load.read + load.watched else { return .none }
            return draw < load.read + load.watched * load.early ? .watchedEarly : .watched
        }

        static func target(of number: Int) -> String { "/jobs/visit-\(number)" }

        /// The job of that name as AWS reports it at that tick; nil if there is no such job yet.
        func job(named name: String, at tick: Int) -> Job? {
            guard let number = Int(name.dropFirst("visit-".count)), tick >= Int(entries[number].start) else {
                return nil
            }
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
}

extension DaySimulation {
    /// Counts the account's calls as AWS does: by when they began.
    final class Calls: Sendable {
        private struct State {
            var count = 0
            var latest: [Int] = []
            var most = 0
        }

        private let state = Mutex(State())

        var count: Int { state.withLock(\.count) }
        /// The most calls in any period of one second.
        var mostInASecond: Int { state.withLock(\.most) }

        func record(at tick: Int) {
            state.withLock { state in
                state.count += 1
                state.latest.removeAll { tick - $0 >= Int(DaySimulation.ticksPerSecond) }
                state.latest.append(tick)
                state.most = max(state.most, state.latest.count)
            }
        }
    }
}
