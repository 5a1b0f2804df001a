import HTTPExchange
import HTTPTypes

@testable import Gateway

// The clients of a simulated day.
extension DaySimulation {
    /// The earliest tick at which a client may ask for the next job.
    var nextJob: Int? {
        begun < jobs.entries.count ? Int(jobs.entries[begun].start) - Load.earliness : nil
    }

    /// Plans the requests of the next job's clients.
    func begin() {
        let job = jobs.entries[begun]
        switch job.interest {
        case .none: break
        case .read: plan(load.readers, isWatch: false, from: Int(job.end) + 100, within: 30_000)
        case .watched: plan(load.watchers, isWatch: true, from: Int(job.start), within: 100)
        case .watchedEarly:
            plan(load.watchers, isWatch: true, from: Int(job.start) - Load.earliness, within: 100)
        }
        begun += 1
    }

    private func plan(_ count: Int, isWatch: Bool, from start: Int, within span: Int) {
        for _ in 0..<count {
            let other = Int.random(in: 0..<load.replicas, using: &chance)
            let poll = Poll(
                job: Int32(begun), client: Int32.random(in: 0..<Int32(load.clients), using: &chance),
                replica: Int32(load.isHashedByPath ? begun % load.replicas : other), isWatch: isWatch)
            schedule.add(poll, at: start + Int.random(in: 0..<span, using: &chance))
        }
    }

    func ask(_ poll: Poll) {
        let request = Request(
            method: .get, target: Jobs.target(of: Int(poll.job)), host: "localhost",
            peer: peers[Int(poll.client)], fields: FieldList(list: []))
        let record = request.record
        switch replicas[Int(poll.replica)].gateway.answer(request) {
        case .reply(let reply): receive(reply, poll, record)
        case .later(let deferred): deferred.start(pendingReplies.slot(for: poll, record))
        }
    }

    func receive(_ reply: Reply, _ poll: Poll, _ record: RequestRecord) {
        replicas[Int(poll.replica)].gateway.finish(record, of: peers[Int(poll.client)], wasSent: true)
        let end = Int(jobs.entries[Int(poll.job)].end)
        guard let wait = observations.record(reply, lateness: poll.isWatch ? now - end : nil) else { return }
        let next = now + wait * Int(Self.ticksPerSecond) + Int.random(in: 0..<Self.jitter, using: &chance)
        if let closing = load.closing, next > closing * Int(Self.ticksPerSecond) { return }
        schedule.add(poll, at: next)
    }
}

extension DaySimulation {
    /// One client's interest in one job.
    struct Poll: Sendable {
        let job: Int32
        let client: Int32
        let replica: Int32
        /// Whether the client asks until the job has ended, and is to learn of the end soon.
        let isWatch: Bool
    }
}

extension DaySimulation {
    /// The polls that are to come: a binary heap, the earliest on top.
    struct Schedule {
        typealias Item = (tick: Int, poll: Poll)
        private var heap: [Item] = []

        var firstTick: Int? { heap.first?.tick }

        mutating func add(_ poll: Poll, at tick: Int) {
            heap.append((tick, poll))
            var child = heap.count - 1
            while child > 0, heap[child].tick < heap[(child - 1) / 2].tick {
                heap.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        }

        /// The earliest poll, if it is due by that tick.
        mutating func popFirst(by tick: Int) -> Poll? {
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
}
