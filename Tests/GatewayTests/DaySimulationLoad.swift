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
