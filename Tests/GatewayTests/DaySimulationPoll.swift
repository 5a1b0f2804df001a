/// One caller's interest in one job.
struct DaySimulationPoll: Sendable {
    let job: Int32
    let caller: Int32
    let replica: Int32
    /// Whether it goes on until the job has ended, whose end it wants to learn of soon.
    let isWatch: Bool
}
