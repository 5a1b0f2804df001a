import Testing

@testable import MicroHTTPD

@Suite struct ConnectionPhaseTests {
    @Test func isOverdueOnlyAfterItsDeadline() {
        let phase = ConnectionPhase(readingUntil: 5)
        #expect(!phase.value.isOverdue(at: 5))
        #expect(phase.value.isOverdue(at: 6))
        phase.startHandling()
        #expect(!phase.value.isOverdue(at: .max))
        phase.startSending(until: 8)
        #expect(phase.value.isOverdue(at: 9))
        phase.startStreaming()
        #expect(!phase.value.isOverdue(at: .max))
        phase.becomeIdle(until: 10)
        #expect(phase.value.isOverdue(at: 11))
    }

    @Test func aRequestLineDoesNotMoveADeadlineThatHasBegun() {
        let phase = ConnectionPhase(readingUntil: 5)
        phase.begin(until: 100)
        #expect(phase.value.deadline == 5)
        phase.becomeIdle(until: 50)
        phase.begin(until: 60)
        #expect(phase.value.deadline == 60)
        #expect(phase.value.stage == .reading)
    }

    @Test func isBusyUntilTheReplyIsSent() {
        let phase = ConnectionPhase(readingUntil: 5)
        var seen = [phase.isBusy]
        phase.startHandling()
        seen.append(phase.isBusy)
        phase.startSending(until: 9)
        seen.append(phase.isBusy)
        phase.startStreaming()
        seen.append(phase.isBusy)
        phase.becomeIdle(until: 9)
        seen.append(phase.isBusy)
        #expect(seen == [false, true, true, true, false])
    }

    @Test func distinguishesTwoIdlePhasesWithTheSameDeadline() {
        let phase = ConnectionPhase(readingUntil: 5)
        phase.becomeIdle(until: 9)
        let first = phase.value
        phase.startHandling()
        phase.becomeIdle(until: 9)
        let second = phase.value
        #expect(second != first)
        let replaced = [phase.replace(first, with: .ended), phase.replace(second, with: .ended)]
        #expect(replaced == [false, true])
        #expect(!phase.value.isOverdue(at: .max))
    }

    @Test func keepsItsDeadlineThroughEveryTurn() {
        let phase = ConnectionPhase(readingUntil: 5)
        for turn in 1...70_000 {
            phase.becomeIdle(until: turn)
            #expect(phase.value.deadline == turn && phase.value.stage == .idle)
        }
    }

    @Test func isNewForASecondUntilItsFirstRequest() {
        let phase = ConnectionPhase(readingUntil: 200)
        let ages = [100, 109, 110].map { phase.isNew(at: $0, 100) }
        #expect(ages == [true, true, false])
        phase.startHandling()
        let isNewWhileHandled = phase.isNew(at: 100, 100)
        phase.becomeIdle(until: 300)
        phase.startReading(until: 300)
        let isNewWithItsSecond = phase.isNew(at: 102, 100)
        #expect(!isNewWhileHandled && !isNewWithItsSecond)
    }
}
