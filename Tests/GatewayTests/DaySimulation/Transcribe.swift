import Formats
import Gateway
import Synchronization
import TestSupport

@testable import Transcribe

extension DaySimulation {
    /// Amazon Transcribe as one replica sees it: it knows the day's jobs and answers after 100 ms.
    final class FakeTranscribe: JobSource, JobListSource {
        private static let latency = Duration.milliseconds(100)

        private let jobs: Jobs
        private let clock: ManualClock
        private let calls: Calls
        private let numbers = Atomic<UInt64>(0)
        private let parked = Mutex<[ParkedCall]>([])

        private typealias ParkedCall = (
            number: UInt64, end: ContinuousClock.Instant, continuation: CheckedContinuation<Void, Never>
        )

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
            await park()
            guard let job = jobs.job(named: name.text, at: tick) else {
                throw .jobNotFound(ResponseOrigin(status: 400))
            }
            return JobResponse(job: job)
        }

        func runningJobs(
            after token: PageToken?, isWanted: @escaping @Sendable (JobName) -> Bool,
            deadline: ContinuousClock.Instant, mayRetry: () -> Bool, attemptBegan: () -> Void,
            attemptFailed: (TranscribeError) -> Void, admitRetry: () async -> Bool
        ) async throws(TranscribeError) -> JobPage {
            let tick = DaySimulation.tick(of: clock)
            calls.recordPage()
            attemptBegan()
            await park()
            return jobs.page(after: token, isWanted: isWanted, at: tick)
        }

        /// Ends early when the task is cancelled, as at the end of the day.
        private func park() async {
            let number = numbers.add(1, ordering: .relaxed).newValue
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isCancelled = parked.withLock { parked in
                        if !Task.isCancelled { parked.append((number, clock.now + Self.latency, continuation)) }
                        return Task.isCancelled
                    }
                    if isCancelled { continuation.resume() }
                }
            } onCancel: {
                let call = parked.withLock { parked in
                    parked.firstIndex { $0.number == number }.map { parked.remove(at: $0) }
                }
                call?.continuation.resume()
            }
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
        private let longest: Int32

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
            longest = entries.map { $0.end - $0.start }.max() ?? 0
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

        /// A page of up to a hundred jobs that run at that tick, the newest first. A token says with which job the page begins.
        func page(after token: PageToken?, isWanted: (JobName) -> Bool, at tick: Int) -> JobPage {
            var number = token.flatMap { Int($0.text) } ?? firstLater(than: tick) - 1
            var shown = 0
            var summaries: [JobName: JobPage.Summary] = [:]
            while number >= 0, shown < 100, Int(entries[number].start) >= tick - Int(longest) {
                defer { number -= 1 }
                guard tick < Int(entries[number].end) else { continue }
                shown += 1
                guard let name = try? JobName("visit-\(number)"), isWanted(name) else { continue }
                summaries[name] = .init(status: .inProgress, startedAt: Self.timestamp(entries[number].start))
            }
            let reach = shown < 100 ? nil : Self.timestamp(entries[number + 1].start)
            return JobPage(summaries: summaries, reach: reach, next: shown < 100 ? nil : PageToken(String(number)))
        }

        private func firstLater(than tick: Int) -> Int {
            var (low, high) = (0, entries.count)
            while low < high {
                let middle = (low + high) / 2
                if Int(entries[middle].start) <= tick { low = middle + 1 } else { high = middle }
            }
            return low
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
            var pages = 0
            var latest: [Int] = []
            var most = 0
        }

        private let state = Mutex(State())

        /// Look-ups.
        var count: Int { state.withLock(\.count) }
        /// Pages of the list.
        var pages: Int { state.withLock(\.pages) }
        /// The most calls in any period of one second.
        var mostInASecond: Int { state.withLock(\.most) }

        func recordPage() { state.withLock { $0.pages += 1 } }

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
