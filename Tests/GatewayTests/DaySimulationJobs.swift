import Formats
import TestSupport
import Transcribe

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
