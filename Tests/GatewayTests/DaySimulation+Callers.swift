import HTTPExchange
import HTTPTypes

@testable import Gateway

/// The callers.
extension DaySimulation {
    /// When somebody can ask for the next job at the earliest.
    var nextJob: Int? {
        begun < jobs.entries.count ? Int(jobs.entries[begun].start) - DaySimulationLoad.earliness : nil
    }

    /// A job is expected: its callers plan when to ask.
    func begin() {
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

    func ask(_ poll: DaySimulationPoll) {
        let request = Request(
            method: .get, target: DaySimulationJobs.target(of: Int(poll.job)), host: "localhost",
            peer: peers[Int(poll.caller)], fields: FieldList(list: []))
        switch replicas[Int(poll.replica)].gateway.answer(request) {
        case .reply(let reply): hear(reply, poll)
        case .later(let deferred): deferred.start(mailbox.slot(for: poll))
        }
    }

    func hear(_ reply: Reply, _ poll: DaySimulationPoll) {
        let end = Int(jobs.entries[Int(poll.job)].end)
        guard let wait = tally.note(reply, lateness: poll.isWatch ? now - end : nil) else { return }
        let next = now + wait * Int(Self.ticksPerSecond) + Int.random(in: 0..<Self.jitter, using: &chance)
        if let closing = load.closing, next > closing * Int(Self.ticksPerSecond) { return }
        agenda.add(poll, at: next)
    }
}
