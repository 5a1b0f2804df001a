/// An element of a ``TimerHeap``. The heap alone writes `position`, under whatever lock guards the heap.
protocol Timed: AnyObject {
    var deadline: ContinuousClock.Instant { get }
    var position: Int? { get set }
}

/// A binary min-heap by deadline whose elements know where they stand, so that a cancelled one leaves at once instead
/// of lingering until its time. Not safe for concurrent access.
struct TimerHeap<Element: Timed> {
    private var elements: [Element] = []

    var count: Int { elements.count }
    var next: ContinuousClock.Instant? { elements.first?.deadline }

    mutating func insert(_ element: Element) {
        elements.append(element)
        element.position = elements.count - 1
        siftUp(from: elements.count - 1)
    }

    /// Takes the element out if it is still in.
    mutating func remove(_ element: Element) {
        guard let position = element.position else { return }
        element.position = nil
        let last = elements.removeLast()
        guard position < elements.count else { return }
        place(last, at: position)
        siftUp(from: position)
        siftDown(from: last.position ?? position)
    }

    /// Takes out the element that is due first, if its deadline has come.
    mutating func popDue(at now: ContinuousClock.Instant) -> Element? {
        guard let first = elements.first, first.deadline <= now else { return nil }
        remove(first)
        return first
    }

    mutating func removeAll() -> [Element] {
        defer { elements = [] }
        for element in elements { element.position = nil }
        return elements
    }

    private mutating func siftUp(from start: Int) {
        var child = start
        while child > 0, elements[child].deadline < elements[(child - 1) / 2].deadline {
            swap(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func siftDown(from start: Int) {
        var parent = start
        while let child = earlierChild(of: parent), elements[child].deadline < elements[parent].deadline {
            swap(child, parent)
            parent = child
        }
    }

    private func earlierChild(of parent: Int) -> Int? {
        let left = 2 * parent + 1
        guard left < elements.count else { return nil }
        let right = left + 1
        return right < elements.count && elements[right].deadline < elements[left].deadline ? right : left
    }

    private mutating func swap(_ a: Int, _ b: Int) {
        let element = elements[a]
        place(elements[b], at: a)
        place(element, at: b)
    }

    private mutating func place(_ element: Element, at position: Int) {
        elements[position] = element
        element.position = position
    }
}
