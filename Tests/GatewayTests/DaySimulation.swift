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
