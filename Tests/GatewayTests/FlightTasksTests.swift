import Synchronization
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct FlightTasksTests {
    private let tasks = FlightTasks()
    private let ended = Ended()

    /// A flight that only a cancellation ends.
    private func fly() async {
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
            for _ in 1...100 { tasks.begin(isUrgent: isUrgent) { await fly() } }
        }
        #expect(ended.count == 100)
    }

    @Test(arguments: [true, false]) func cancelsWhatComesTooLate(isUrgent: Bool) async {
        await tasks.run {}
        for _ in 1...2 {
            tasks.begin(isUrgent: isUrgent) { await fly() }
        }
        #expect(await eventually { ended.count == 2 })
    }

    @Test func landsEachFlightThatBeginsWhileItEnds() async {
        for round in 1...1_000 {
            let tasks = FlightTasks()
            await withTaskGroup { group in
                for isUrgent in [true, false] {
                    group.addTask { tasks.begin(isUrgent: isUrgent) { await fly() } }
                }
                group.addTask { await tasks.run {} }
            }
            #expect(await eventually { ended.count == 2 * round })
        }
    }
}

private final class Ended: Sendable {
    private let flights = Atomic(0)

    var count: Int { flights.load(ordering: .acquiring) }

    func add() { flights.add(1, ordering: .releasing) }
}
