import Foundation
import SigV4
import Transcribe

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

/// The jobs of such a day, in the order in which they begin. Times are in ticks of the simulation.
struct DaySimulationJobs: Sendable {
    enum Interest: UInt8 { case none, read, watched, watchedEarly }

    struct Entry: Sendable {
        let start: Int32
        let end: Int32
        let interest: Interest
    }

    let entries: [Entry]

    init(_ load: DaySimulationLoad) {
        var chance = DaySimulationChance(seed: load.seed)
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

    private static func interest(in load: DaySimulationLoad, by chance: inout DaySimulationChance) -> Interest {
        let draw = chance.part()
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

/// Chance that is the same each time (SplitMix64).
struct DaySimulationChance: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// From 0 to below 1.
    mutating func part() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// The time to the next of events that come at random.
    mutating func exponential(mean: Double) -> Double { -mean * log(1 - part()) }
}
