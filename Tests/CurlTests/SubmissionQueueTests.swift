import Testing

@testable import Curl

/// When the thread is woken, and what it finds.
@Suite struct SubmissionQueueTests {
    @Test func wakesTheThreadForTheFirstLetterOnly() async {
        var state = SubmissionQueueState()
        #expect(await state.submit(answered()) == .wake)
        #expect(await state.submit(answered()) == .alreadyWoken)
        #expect(state.recordCancellation() == .alreadyWoken)
        let batch = state.take()
        #expect(batch.submissions.count == 2)
        #expect(batch.hasCancellations && !batch.isLast)
        #expect(state.take().isEmpty)
        #expect(state.recordCancellation() == .wake)
    }

    @Test func refusesOnceItCloses() async {
        var state = SubmissionQueueState()
        #expect(await state.submit(answered()) == .wake)
        #expect(state.shutDown(nil) == .alreadyWoken)
        #expect(await state.submit(answered()) == .refused)
        #expect(state.recordCancellation() == .refused)
        #expect(state.shutDown(nil) == .alreadyWoken)
        let batch = state.take()
        #expect(batch.submissions.count == 1)
        #expect(batch.isLast)
    }

    @Test func tellsWhoCameTooLate() {
        var state = SubmissionQueueState()
        #expect(state.shutDown(nil) == .wake)
        #expect(state.take().isLast)
        #expect(state.close().isEmpty)
        #expect(state.shutDown(nil) == .alreadyClosed)
    }

    /// A submission that nobody waits for any more.
    private func answered() async -> Submission {
        var submission: Submission?
        _ = await withCheckedContinuation { continuation in
            let made = Submission(
                CurlRequest(url: "http://a/"), deadline: .now, cancellation: Cancellation(), continuation: continuation)
            made.finish(.failure(.cancelled))
            submission = made
        }
        return submission!
    }
}
