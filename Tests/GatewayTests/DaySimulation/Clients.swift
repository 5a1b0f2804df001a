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

/// One caller's interest in one job.
struct DaySimulationPoll: Sendable {
    let job: Int32
    let caller: Int32
    let replica: Int32
    /// Whether it goes on until the job has ended, whose end it wants to learn of soon.
    let isWatch: Bool
}

/// Who asks when: a binary heap, the earliest on top.
struct DaySimulationAgenda {
    typealias Item = (tick: Int, poll: DaySimulationPoll)
    private var heap: [Item] = []

    var firstTick: Int? { heap.first?.tick }

    mutating func add(_ poll: DaySimulationPoll, at tick: Int) {
        heap.append((tick, poll))
        var child = heap.count - 1
        while child > 0, heap[child].tick < heap[(child - 1) / 2].tick {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// The next one that is due by then.
    mutating func popFirst(by tick: Int) -> DaySimulationPoll? {
        guard let first = heap.first, first.tick <= tick else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        sink()
        return first.poll
    }

    private mutating func sink() {
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return }
            let right = left + 1
            let child = right < heap.count && heap[right].tick < heap[left].tick ? right : left
            guard heap[child].tick < heap[parent].tick else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
