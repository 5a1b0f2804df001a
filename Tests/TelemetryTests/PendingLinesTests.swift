import Testing

@testable import Telemetry

@Suite struct PendingLinesTests {
    private func text(_ batch: borrowing PendingLines.Batch) -> String {
        String(decoding: batch.text.bytes, as: UTF8.self)
    }

    private func nothingToWrite() {
        Issue.record("there is nothing to write")
    }

    @Test func asksForOneDrainPerBatch() {
        var pending = PendingLines(capacity: 100)
        #expect(pending.append { $0.append("a") } == .scheduleDrain)
        #expect(pending.append { $0.append("b") } == .none)
        guard var batch = pending.beginDrain() else { return nothingToWrite() }
        #expect(text(batch) == "a\nb\n")
        // The next batch begins while this one is written.
        #expect(pending.append { $0.append("c") } == .scheduleDrain)
        pending.finish(&batch, written: true)
        guard let next = pending.beginDrain() else { return nothingToWrite() }
        #expect(text(next) == "c\n")
    }

    @Test func handsOutNothingTwice() {
        var pending = PendingLines(capacity: 100)
        _ = pending.append { $0.append("a") }
        let first = pending.take() == nil
        let second = pending.take() == nil
        #expect(!first && second)
    }

    @Test func dropsTheLineThatDoesNotFit() {
        var pending = PendingLines(capacity: 10)
        _ = pending.append { $0.append("12345") }
        #expect(pending.append { $0.append("12345") } == .none)
        #expect(pending.append { $0.append("123") } == .none)
        #expect(pending.append { _ in Issue.record("a full buffer must not be written to") } == .none)
        #expect(pending.dropped == 2)
        guard let batch = pending.beginDrain() else { return nothingToWrite() }
        #expect(text(batch) == "12345\n123\n")
        #expect(batch.lines == 2 && batch.dropped == 2)
    }

    @Test func reportsLostLinesOnce() {
        var pending = PendingLines(capacity: 4)
        for _ in 0..<3 { _ = pending.append { $0.append("abc") } }
        guard var batch = pending.beginDrain() else { return nothingToWrite() }
        #expect(batch.dropped == 2)
        pending.finish(&batch, written: true)
        _ = pending.append { $0.append("abc") }
        guard let next = pending.beginDrain() else { return nothingToWrite() }
        #expect(next.dropped == 0 && !next.followsFailure)
        #expect(pending.dropped == 2)
    }

    @Test func countsABatchThatCouldNotBeWritten() {
        var pending = PendingLines(capacity: 4)
        for _ in 0..<3 { _ = pending.append { $0.append("abc") } }
        guard var batch = pending.beginDrain() else { return nothingToWrite() }
        pending.finish(&batch, written: false)
        #expect(pending.dropped == 3)
        let nothingToDo = pending.beginDrain() == nil
        #expect(nothingToDo)
        #expect(pending.append { $0.append("abc") } == .scheduleDrain)
        guard let next = pending.beginDrain() else { return nothingToWrite() }
        #expect(next.dropped == 3 && next.followsFailure)
    }
}
