import Synchronization
import TestSupport
import Testing
import Threads

@Suite struct SharedReferenceTests {
    /// Two numbers that are equal.
    private final class Pair: Sendable {
        let numbers: [Int]

        init(_ number: Int) {
            numbers = [number, number]
        }
    }

    /// Each thread sees whole objects, and never an older one than before.
    @Test func threadsReadWhileAnotherOneReplaces() async {
        let reference = SharedReference(Pair(0), limit: 20_000)
        let isOver = Atomic(false)
        let mistakes = Atomic(0)
        await onThreads(5) { thread in
            guard thread > 0 else {
                for number in 1...20_000 where !reference.replace(with: Pair(number)) {
                    mistakes.add(1, ordering: .relaxed)
                }
                return isOver.store(true, ordering: .releasing)
            }
            var latest = 0
            while !isOver.load(ordering: .acquiring) {
                let numbers = reference.current.numbers
                if numbers[0] != numbers[1] || numbers[0] < latest { mistakes.add(1, ordering: .relaxed) }
                latest = numbers[0]
            }
        }
        #expect(mistakes.load(ordering: .relaxed) == 0 && reference.current.numbers[0] == 20_000)
    }

    @Test func hasABound() {
        let reference = SharedReference(Pair(0), limit: 2)
        #expect(reference.replace(with: Pair(1)) && reference.replace(with: Pair(2)))
        #expect(!reference.replace(with: Pair(3)) && reference.current.numbers[0] == 2)
    }
}
