import Caching
import Formats
import HTTPExchange
import TestSupport
import UpstreamTestSupport

@testable import Gateway

/// A day of the gateway on a manual clock: clients that obey `Retry-After`, the real cache, limits, admission and
/// fetches, and an Amazon Transcribe that knows the day's jobs. The clock moves on only when every task waits for it.
///
/// Each step moves the clock to the next poll, the next answer of AWS or, while calls wait for a token, by one tick.
final class DaySimulation {
    static let ticksPerSecond = 100.0
    static let tick = Duration.milliseconds(10)
    /// The most that the network and a late timer delay a request, in ticks: a quarter of a second.
    static let jitter = 25

    let load: Load
    let jobs: Jobs
    let calls: Calls
    let replicas: [Replica]
    var observations = Observations()
    let pendingReplies = PendingReplies()
    /// The addresses of the clients.
    let peers: [PeerAddress]
    var schedule = Schedule()
    var chance: SplitMix64
    /// The tick at which the clock stands.
    var now = 0
    /// How many jobs have their polls planned.
    var begun = 0
    private let clock: ManualClock

    init(_ load: Load) {
        let (clock, jobs, calls) = (ManualClock(), Jobs(load), Calls())
        (self.load, self.clock, self.jobs, self.calls) = (load, clock, jobs, calls)
        chance = SplitMix64(seed: load.seed + 1)
        peers = (0..<load.clients).map { PeerAddress(ipv4: 0x0A00_0000 + UInt32($0)) }
        replicas = (0..<load.replicas).map { number in
            let source = FakeTranscribe(jobs, clock: clock, calls: calls)
            return Replica(source, clock: clock, of: load, seed: UInt64(number))
        }
    }

    static func tick(of clock: ManualClock) -> Int { Int(clock.wallTime.millisecondsSinceEpoch / 10) }

    /// Runs the day to its end.
    func run() async {
        await withDiscardingTaskGroup { group in
            for replica in replicas { group.addTask { await replica.gateway.run() } }
            while let next = nextTick { await step(to: next) }
            group.cancelAll()
        }
    }

    private var nextTick: Int? {
        guard !replicas.contains(where: \.hasQueue) else { return now + 1 }
        let answers = replicas.compactMap { $0.source.nextAnswer.map(tick) }
        guard let next = ([nextJob, schedule.firstTick].compactMap { $0 } + answers).min() else { return nil }
        let lists = replicas.compactMap { $0.gateway.watches.nextDue.map { tick($0.instant) + 1 } }
        return max(([next] + lists).min() ?? next, now)
    }

    private func tick(_ instant: ContinuousClock.Instant) -> Int {
        now + Int((clock.now.duration(to: instant) / Self.tick).rounded())
    }

    private func step(to next: Int) async {
        clock.advance(by: Self.tick * (next - now))
        now = next
        for replica in replicas { replica.source.answer(by: clock.now) }
        while let expected = nextJob, expected <= now { begin() }
        while let poll = schedule.popFirst(by: now) { ask(poll) }
        while !isSettled { await Task.yield() }
        for (poll, record, reply) in pendingReplies.empty() { receive(reply, poll, record) }
        observations.record(cached: replicas.map(\.gateway.cacheCounts.bytes).max() ?? 0, at: now)
    }

    /// Whether every task waits for the clock. A parked call or a waiter cannot leave its place while the clock stands
    /// still, and a fetch counts until it has finished: read in this order, no transition looks like rest.
    private var isSettled: Bool {
        let unanswered = pendingReplies.open
        let waiting = replicas.reduce(0) { $0 + $1.gateway.fetcher.waiting }
        return unanswered == waiting && replicas.allSatisfy { $0.isSettled(at: Moment(clock.now)) }
    }
}

extension DaySimulation {
    /// What a simulated day brings: how many jobs, how long they run, and how they are asked for.
    struct Load: Sendable {
        /// How long before the start of a job an early client asks: 6 s, in ticks of the simulation.
        static let earliness = 600

        /// Jobs start during so many seconds from the beginning of the day.
        var seconds = 86_400
        /// No client asks after so many seconds; nil lets all ask until the last job has ended.
        var closing: Int?
        var jobs = 1_000_000
        /// The mean length of a job, in seconds: 10 and an exponentially distributed rest.
        var meanLength = 120.0
        /// The part of the jobs that are asked for only after their end (as after a notification), and how often each.
        var read = 0.4
        var readers = 3
        /// The part that is polled from start to end, and by how many clients.
        var watched = 0.01
        var watchers = 3
        /// Of those, the part that is asked for before there is such a job.
        var early = 0.1
        /// The number of addresses that ask.
        var clients = 1_000
        var replicas = 1
        /// Whether all requests for a job go to the same replica.
        var isHashedByPath = true
        /// Whether the role may list the running jobs.
        var hasList = false
        var seed: UInt64 = 7

        /// How many replicas so many clients of one job reach, on average.
        func reach(of clients: Int) -> Double {
            guard !isHashedByPath else { return 1 }
            var missed = 1.0
            for _ in 0..<clients { missed *= 1 - 1 / Double(replicas) }
            return Double(replicas) * (1 - missed)
        }
    }
}
