import Caching
import Formats
import HTTPExchange
import TestSupport
import UpstreamTestSupport

@testable import Gateway

/// A day of the gateway on a clock that stands still until all that can happen has happened: callers that keep to
/// `Retry-After`, the real cache, limits, admission and flights, and an Amazon Transcribe that knows the day's jobs.
///
/// Each step moves the clock to the next poll, the next answer of AWS or, while calls wait for a token, by one tick.
final class DaySimulation {
    static let ticksPerSecond = 100.0
    static let tick = Duration.milliseconds(10)
    /// What a request takes on its way and what timers are late by, at most: a quarter of a second.
    static let jitter = 25

    let load: DaySimulationLoad
    let jobs: DaySimulationJobs
    let calls: DaySimulationCalls
    let replicas: [Replica]
    var tally = DaySimulationTally()
    let mailbox = DaySimulationMailbox()
    /// The addresses of the callers.
    let peers: [PeerAddress]
    var agenda = DaySimulationAgenda()
    var chance: SplitMix64
    /// The tick at which the clock stands.
    var now = 0
    /// Jobs whose callers have planned when to ask.
    var begun = 0
    private let clock: ManualClock

    init(_ load: DaySimulationLoad) {
        let (clock, jobs, calls) = (ManualClock(), DaySimulationJobs(load), DaySimulationCalls())
        (self.load, self.clock, self.jobs, self.calls) = (load, clock, jobs, calls)
        chance = SplitMix64(seed: load.seed + 1)
        peers = (0..<load.callers).map { PeerAddress(ipv4: 0x0A00_0000 + UInt32($0)) }
        replicas = (0..<load.replicas).map { number in
            let source = DaySimulationTranscribe(jobs, clock: clock, calls: calls)
            return Replica(source, clock: clock, of: load, seed: UInt64(number))
        }
    }

    static func tick(of clock: ManualClock) -> Int { Int(clock.wallTime.millisecondsSinceEpoch / 10) }

    /// Runs the day to its end.
    func run() async {
        await withDiscardingTaskGroup { group in
            for replica in replicas { group.addTask { await replica.gateway.fetcher.run() } }
            while let next = nextTick { await step(to: next) }
            group.cancelAll()
        }
    }

    private var nextTick: Int? {
        guard !replicas.contains(where: \.hasQueue) else { return now + 1 }
        let answers = replicas.compactMap { $0.source.nextAnswer.map(tick) }
        return ([nextJob, agenda.firstTick].compactMap { $0 } + answers).min().map { max($0, now) }
    }

    private func tick(_ instant: ContinuousClock.Instant) -> Int {
        now + Int((clock.now.duration(to: instant) / Self.tick).rounded())
    }

    private func step(to next: Int) async {
        clock.advance(by: Self.tick * (next - now))
        now = next
        for replica in replicas { replica.source.answer(by: clock.now) }
        while let expected = nextJob, expected <= now { begin() }
        while let poll = agenda.popFirst(by: now) { ask(poll) }
        while !isSettled { await Task.yield() }
        for (poll, reply) in mailbox.empty() { hear(reply, poll) }
        tally.note(cached: replicas.map(\.gateway.cacheCounts.bytes).max() ?? 0, at: now)
    }

    /// Whether everybody under way waits for the clock. A parked call or waiter cannot stop being one while the clock
    /// stands still, and a flight counts until it has landed: in this order no transition can be seen as rest.
    private var isSettled: Bool {
        let unanswered = mailbox.open
        let boarded = replicas.reduce(0) { $0 + $1.gateway.fetcher.waiting }
        return unanswered == boarded && replicas.allSatisfy(\.isSettled)
    }
}

/// What a simulated day brings: how many jobs, how long they run, and who asks for them.
struct DaySimulationLoad: Sendable {
    /// How long before the beginning of a job somebody asks who is early: 6 s, in ticks of the simulation.
    static let earliness = 600

    /// Jobs begin from the start of the day to here, in seconds.
    var seconds = 86_400
    /// Nobody asks any more after so many seconds; nil lets everybody ask until the last job has ended.
    var closing: Int?
    var jobs = 1_000_000
    /// The mean length of a job, in seconds: 10 and an exponentially distributed rest.
    var meanLength = 120.0
    /// The part of the jobs that are asked for once they have ended, as who is told of the end does, and how often each.
    var read = 0.4
    var readers = 3
    /// The part that is followed from the beginning to the end, and by how many.
    var watched = 0.01
    var watchers = 3
    /// Of those, the part that is asked for before there is such a job.
    var early = 0.1
    /// Addresses that ask.
    var callers = 1_000
    var replicas = 1
    /// Whether all who ask for a job meet at one replica.
    var isHashedByPath = true
    var seed: UInt64 = 7

    /// Replicas that so many callers of one job reach.
    func reach(of callers: Int) -> Double {
        guard !isHashedByPath else { return 1 }
        var missed = 1.0
        for _ in 0..<callers { missed *= 1 - 1 / Double(replicas) }
        return Double(replicas) * (1 - missed)
    }
}
