import Testing

@testable import MicroHTTPD

@Suite struct RequestDeadlinesTests {
    private final class Element: Timed {
        let deadline: ContinuousClock.Instant
        var position: Int?

        init(_ deadline: ContinuousClock.Instant) { self.deadline = deadline }
    }

    private let start = ContinuousClock.now

    @Test func givesElementsInTheOrderOfTheirDeadlines() {
        var heap = TimerHeap<Element>()
        for offset in [5, 1, 4, 1, 3, 9, 2] { heap.insert(Element(start + .seconds(offset))) }
        var order: [Duration] = []
        while let due = heap.popDue(at: start + .seconds(100)) { order.append(start.duration(to: due.deadline)) }
        #expect(order == [1, 1, 2, 3, 4, 5, 9].map { .seconds($0) })
    }

    @Test func givesNothingBeforeItsTime() {
        var heap = TimerHeap<Element>()
        heap.insert(Element(start + .seconds(1)))
        #expect(heap.popDue(at: start) == nil)
        #expect(heap.popDue(at: start + .seconds(1)) != nil)
        #expect(heap.next == nil)
    }

    @Test func agreesWithASortedListOverRandomUse() {
        var (heap, model) = (TimerHeap<Element>(), [Element]())
        var random = SystemRandomNumberGenerator()
        for _ in 1...20_000 {
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                let element = Element(start + .milliseconds(Int.random(in: 0..<1_000, using: &random)))
                heap.insert(element)
                model.append(element)
            case 1:
                guard let element = model.randomElement(using: &random) else { continue }
                heap.remove(element)
                heap.remove(element)
                model.removeAll { $0 === element }
            default:
                let now = start + .milliseconds(Int.random(in: 0..<1_000, using: &random))
                guard let due = heap.popDue(at: now) else {
                    #expect(model.allSatisfy { $0.deadline > now })
                    continue
                }
                #expect(due.deadline == model.map(\.deadline).min())
                model.removeAll { $0 === due }
            }
            #expect(heap.next == model.map(\.deadline).min())
        }
        #expect(heap.removeAll().count == model.count)
    }
}
