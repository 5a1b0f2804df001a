import Testing

@testable import MicroHTTPD

@Suite struct PhaseTests {
    @Test func isOverdueOnlyAfterItsDeadline() {
        let phase = Phase(readingUntil: 5)
        #expect(!phase.value.isOverdue(at: 5))
        #expect(phase.value.isOverdue(at: 6))
        phase.startAnswering()
        #expect(!phase.value.isOverdue(at: .max))
        phase.startSending(until: 8)
        #expect(phase.value.isOverdue(at: 9))
        phase.rest(until: 10)
        #expect(phase.value.isOverdue(at: 11))
    }

    @Test func aRequestLineDoesNotPostponeADeadlineThatRuns() {
        let phase = Phase(readingUntil: 5)
        phase.begin(until: 100)
        #expect(phase.value.deadline == 5)
        phase.rest(until: 50)
        phase.begin(until: 60)
        #expect(phase.value.deadline == 60)
        #expect(phase.value.stage == .reading)
    }

    @Test func countsAsAnsweringUntilTheReplyIsOut() {
        let phase = Phase(readingUntil: 5)
        var seen = [phase.isAnswering]
        phase.startAnswering()
        seen.append(phase.isAnswering)
        phase.startSending(until: 9)
        seen.append(phase.isAnswering)
        phase.rest(until: 9)
        seen.append(phase.isAnswering)
        #expect(seen == [false, true, true, false])
    }

    @Test func tellsTwoRestsUntilTheSameTimeApart() {
        let phase = Phase(readingUntil: 5)
        phase.rest(until: 9)
        let first = phase.value
        phase.startAnswering()
        phase.rest(until: 9)
        let second = phase.value
        #expect(second != first)
        let replaced = [phase.replace(first, with: .ended), phase.replace(second, with: .ended)]
        #expect(replaced == [false, true])
        #expect(!phase.value.isOverdue(at: .max))
    }

    @Test func keepsItsDeadlineThroughEveryTurn() {
        let phase = Phase(readingUntil: 5)
        for turn in 1...70_000 {
            phase.rest(until: turn)
            #expect(phase.value.deadline == turn && phase.value.stage == .resting)
        }
    }
}
