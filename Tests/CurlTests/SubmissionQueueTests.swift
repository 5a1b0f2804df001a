import Testing

@testable import Curl

/// When the thread is woken, and what it takes.
@Suite struct SubmissionQueueTests {
    @Test func wakesTheThreadForTheFirstSubmissionOnly() async {
        var state = SubmissionQueueState()
        #expect(await state.submit(finished()) == .wake)
        #expect(await state.submit(finished()) == .alreadyWoken)
        #expect(state.recordCancellation() == .alreadyWoken)
        let batch = state.take()
        #expect(batch.submissions.count == 2)
        #expect(batch.hasCancellations && !batch.isLast)
        #expect(state.take().isEmpty)
        #expect(state.recordCancellation() == .wake)
    }

    @Test func refusesSubmissionsOnceItShutsDown() async {
        var state = SubmissionQueueState()
        #expect(await state.submit(finished()) == .wake)
        #expect(state.shutDown(nil) == .alreadyWoken)
        #expect(await state.submit(finished()) == .refused)
        #expect(state.recordCancellation() == .refused)
        #expect(state.shutDown(nil) == .alreadyWoken)
        let batch = state.take()
        #expect(batch.submissions.count == 1)
        #expect(batch.isLast)
    }

    @Test func refusesAWaiterOnceItIsClosed() {
        var state = SubmissionQueueState()
        #expect(state.shutDown(nil) == .wake)
        #expect(state.take().isLast)
        #expect(state.close().isEmpty)
        #expect(state.shutDown(nil) == .refused)
    }

    /// A submission whose task has its result already.
    private func finished() async -> Submission {
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
