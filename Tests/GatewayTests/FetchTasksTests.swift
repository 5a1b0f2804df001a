import Synchronization
import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct FetchTasksTests {
    private let tasks = FetchTasks()
    private let ended = Ended()

    /// A fetch that only a cancellation ends.
    private func fetch() async {
        try? await Task.sleep(for: .seconds(3_600))
        ended.add()
    }

    @Test func beginsWhatIsUrgentBeforeItReturns() async {
        await tasks.run {
            tasks.begin(isUrgent: true) { ended.add() }
            #expect(ended.count == 1)
        }
    }

    @Test func keepsWhatComesBeforeItRuns() async {
        tasks.begin(isUrgent: true) { ended.add() }
        #expect(ended.count == 0)
        await tasks.run {}
        #expect(ended.count == 1)
    }

    @Test(arguments: [true, false]) func cancelsWhatStillFliesAndWaitsForIt(isUrgent: Bool) async {
        await tasks.run {
            for _ in 1...100 { tasks.begin(isUrgent: isUrgent) { await fetch() } }
        }
        #expect(ended.count == 100)
    }

    @Test(arguments: [true, false]) func cancelsWhatComesTooLate(isUrgent: Bool) async {
        await tasks.run {}
        for _ in 1...2 {
            tasks.begin(isUrgent: isUrgent) { await fetch() }
        }
        #expect(await eventually { ended.count == 2 })
    }

    @Test func landsEachFlightThatBeginsWhileItEnds() async {
        for round in 1...1_000 {
            let tasks = FetchTasks()
            await withTaskGroup { group in
                for isUrgent in [true, false] {
                    group.addTask { tasks.begin(isUrgent: isUrgent) { await fetch() } }
                }
                group.addTask { await tasks.run {} }
            }
            #expect(await eventually { ended.count == 2 * round })
        }
    }
}

private final class Ended: Sendable {
    private let fetches = Atomic(0)

    var count: Int { fetches.load(ordering: .acquiring) }

    func add() { fetches.add(1, ordering: .releasing) }
}
