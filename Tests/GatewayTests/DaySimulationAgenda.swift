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
