import Caching
import HTTPExchange
import HTTPTypes
import RateLimiting
import SigV4
import Synchronization
import Telemetry

@testable import Gateway

/// A day of the gateway on a clock that stands still until all that can happen has happened: callers that keep to
/// `Retry-After`, the real cache, limits, admission and flights, and an Amazon Transcribe that knows the day's jobs.
///
/// Each step moves the clock to the next poll, the next answer of AWS or, while calls wait for a token, by one tick.
final class DaySimulation {
    static let ticksPerSecond = 100.0
    static let tick = Duration.milliseconds(10)
    /// What a request takes on its way and what timers are late by, at most: a quarter of a second.
    private static let jitter = 25

    struct Replica {
        let gateway: JobGateway
        let source: DaySimulationTranscribe
        let registry: PrometheusRegistry
    }

    let load: DaySimulationLoad
    let jobs: DaySimulationJobs
    let calls: DaySimulationCalls
    let replicas: [Replica]
    var tally = DaySimulationTally()
    private let clock: ManualClock
    private let mailbox = DaySimulationMailbox()
    private let peers: [PeerAddress]
    private var agenda = DaySimulationAgenda()
    private var chance: DaySimulationChance
    private var now = 0
    private var begun = 0

    init(_ load: DaySimulationLoad) {
        let (clock, jobs, calls) = (ManualClock(), DaySimulationJobs(load), DaySimulationCalls())
        (self.load, self.clock, self.jobs, self.calls) = (load, clock, jobs, calls)
        chance = DaySimulationChance(seed: load.seed + 1)
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
        guard !replicas.contains(where: { $0.gateway.fetcher.admissionStatus.waiting > 0 }) else { return now + 1 }
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

// The callers.
extension DaySimulation {
    /// When somebody can ask for the next job at the earliest.
    private var nextJob: Int? {
        begun < jobs.entries.count ? Int(jobs.entries[begun].start) - DaySimulationLoad.earliness : nil
    }

    /// A job is expected: its callers plan when to ask.
    private func begin() {
        let job = jobs.entries[begun]
        switch job.interest {
        case .none: break
        case .read: plan(load.readers, isWatch: false, from: Int(job.end) + 100, within: 30_000)
        case .watched: plan(load.watchers, isWatch: true, from: Int(job.start), within: 100)
        case .watchedEarly:
            plan(load.watchers, isWatch: true, from: Int(job.start) - DaySimulationLoad.earliness, within: 100)
        }
        begun += 1
    }

    private func plan(_ count: Int, isWatch: Bool, from start: Int, within span: Int) {
        for _ in 0..<count {
            let other = Int.random(in: 0..<load.replicas, using: &chance)
            let poll = DaySimulationPoll(
                job: Int32(begun), caller: Int32.random(in: 0..<Int32(load.callers), using: &chance),
                replica: Int32(load.isHashedByPath ? begun % load.replicas : other), isWatch: isWatch)
            agenda.add(poll, at: start + Int.random(in: 0..<span, using: &chance))
        }
    }

    private func ask(_ poll: DaySimulationPoll) {
        let request = Request(
            method: .get, target: DaySimulationJobs.target(of: Int(poll.job)), host: "localhost",
            peer: peers[Int(poll.caller)], fields: FieldList(list: []))
        switch replicas[Int(poll.replica)].gateway.answer(request) {
        case .reply(let reply): hear(reply, poll)
        case .later(let deferral): deferral.start(mailbox.slot(for: poll))
        }
    }

    private func hear(_ reply: Reply, _ poll: DaySimulationPoll) {
        let end = Int(jobs.entries[Int(poll.job)].end)
        guard let wait = tally.note(reply, lateness: poll.isWatch ? now - end : nil) else { return }
        let next = now + wait * Int(Self.ticksPerSecond) + Int.random(in: 0..<Self.jitter, using: &chance)
        if let closing = load.closing, next > closing * Int(Self.ticksPerSecond) { return }
        agenda.add(poll, at: next)
    }
}

extension DaySimulation.Replica {
    fileprivate init(_ source: DaySimulationTranscribe, clock: ManualClock, of load: DaySimulationLoad, seed: UInt64) {
        let chance = Mutex(DaySimulationChance(seed: load.seed + 2 + seed))
        var options = GatewayOptions()
        options.fetch.clock = { clock.now }
        options.fetch.wallTime = { clock.wallTime }
        options.fetch.sleep = { try await clock.sleep(until: $0) }
        options.fetch.spread = { chance.withLock { 2 * $0.part() - 1 } }
        options.fetch.admission.rate = Rate(15, per: .seconds(load.replicas))
        options.fetch.admission.burst = 15 / load.replicas
        options.fetch.admission.reserve = 5 / load.replicas
        registry = PrometheusRegistry()
        let journal = Journal(log: nil, names: NameHash(), registry: registry, clock: { clock.now })
        gateway = JobGateway(options: options, source: source, journal: journal)
        self.source = source
    }

    fileprivate var isSettled: Bool {
        let parked = source.inFlight
        let waiting = gateway.fetcher.admissionStatus.waiting
        return parked + waiting == gateway.fetcher.flying
    }
}
