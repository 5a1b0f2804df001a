import Caching
import TestSupport
import Testing
import Transcribe

@testable import Gateway
@testable import RateLimiting

/// More jobs are watched than the budget can follow: a simulation of schedule and admission in steps of a millisecond. A call
/// takes 100 ms.
@Suite struct WatchBudgetTests {
    private static let jobs = 1_000
    private static let start = ContinuousClock.now
    private static let options = AdmissionOptions(rate: Rate(15, per: .seconds(1)), burst: 15, concurrency: 32)

    private struct Simulation {
        var admission = AdmissionState<Int>(options, at: start)
        var schedule = WatchSchedule(limit: options.concurrency)
        var random = SplitMix64(seed: 7)
        var now = start
        /// When AWS was last asked for each watched job.
        var asked: [JobName: ContinuousClock.Instant] = [:]
        var ends: [(at: ContinuousClock.Instant, grant: AdmissionGrant, name: JobName?)] = []
        /// When each request that needs a call of its own came, and how long those took that have begun.
        var arrivals: [Int: ContinuousClock.Instant] = [:]
        var waits: [Duration] = []
        var refusals = 0
        /// Looks that wait for their turn, because they are owed one, by their handles.
        var waiting: [Int: JobName] = [:]
        var handles = 0

        mutating func step(_ requestsPerSecond: Double) {
            now += .milliseconds(1)
            if random.fraction() < requestsPerSecond / 1_000 { arrive() }
            while let end = ends.first, end.at <= now {
                ends.removeFirst()
                admission.end(end.grant, .answered, at: now, random: 0.5)
                if let name = end.name { schedule.reschedule(name, due: Moment(now + .seconds(5))) }
            }
            while let name = schedule.next(at: Moment(now)) { ask(for: name) }
            admission.dispatch(at: now)
            for (handle, decision) in admission.takeDecisions() { decide(handle, decision) }
        }

        private mutating func arrive() {
            let handle = nextHandle()
            arrivals[handle] = now
            let request = AdmissionRequest(
                caller: UInt64(handle), priority: .interactive, deadline: now + .seconds(5))
            admission.arrive(request, as: handle, waiterID: UInt64(handle), at: now)
        }

        private mutating func nextHandle() -> Int {
            handles += 1
            return handles
        }

        private mutating func decide(_ handle: Int, _ decision: AdmissionState<Int>.Decision) {
            if let name = waiting.removeValue(forKey: handle) { return decide(name, decision) }
            guard let arrival = arrivals.removeValue(forKey: handle) else { return }
            switch decision {
            case .success(let grant):
                waits.append(arrival.duration(to: now))
                ends.append((now + .milliseconds(100), grant, nil))
            case .failure: refusals += 1
            }
        }

        private mutating func ask(for name: JobName) {
            let request = AdmissionRequest(caller: 0, priority: .watched, deadline: now + .seconds(5))
            if case .decided(let decision) = admission.arrive(request, at: now) { return decide(name, decision) }
            let handle = nextHandle()
            waiting[handle] = name
            admission.arrive(request, as: handle, waiterID: UInt64(handle), at: now)
        }

        private mutating func decide(_ name: JobName, _ decision: AdmissionState<Int>.Decision) {
            switch decision {
            case .success(let grant):
                asked[name] = now
                ends.append((now + .milliseconds(100), grant, name))
            case .failure(let refusal):
                schedule.postpone(name, until: Moment(now + WatchSchedule.pause(after: refusal)))
            }
        }
    }

    /// - Parameters:
    ///   - requests: so many a second that need a call of their own.
    ///   - perSecond: looks at watched jobs, of the 14.3 calls that the budget sustains.
    @Test(arguments: [(0.0, 12.2), (1, 11.2), (5, 7.0), (40, 2.8)])
    func eachWatchedJobHasItsTurnAndNoRequestWaitsForThem(requests: Double, perSecond: Double) throws {
        var simulation = Simulation()
        let names = try (0..<Self.jobs).map { try JobName("job\($0)") }
        for name in names {
            simulation.schedule.add(name, due: Moment(Self.start))
            simulation.asked[name] = Self.start
        }
        let turn = Double(Self.jobs) / perSecond
        for _ in 0..<Int(turn * 2_000) { simulation.step(requests) }
        let ages = simulation.asked.values.map { $0.duration(to: simulation.now) / .seconds(1) }.sorted()
        let waits = (requests > 0 ? simulation.waits.map { $0 / .milliseconds(1) } : [0]).sorted()
        print(
            "\(requests) requests/s beside \(Self.jobs) watched jobs: age p50 \(ages[Self.jobs / 2]) s,",
            "p99 \(ages[Self.jobs * 99 / 100]) s, most \(ages.last!) s; a request waits p50",
            "\(waits[waits.count / 2]) ms, p99 \(waits[waits.count * 99 / 100]) ms, most \(waits.last!) ms,",
            "\(simulation.refusals) refused")
        #expect(ages.last! <= turn)
        // A request comes first, so it waits only where a burst of others has taken what watched jobs leave.
        if requests <= 5 {
            #expect(waits[waits.count / 2] == 0 && waits[waits.count * 99 / 100] <= 210 && simulation.refusals == 0)
        }
    }
}
