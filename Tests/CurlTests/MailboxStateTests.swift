import Testing

@testable import Curl

/// When the thread is woken, and what it finds.
@Suite struct MailboxStateTests {
    @Test func wakesTheThreadForTheFirstLetterOnly() async {
        var state = MailboxState()
        #expect(await state.submit(answered()) == .wake)
        #expect(await state.submit(answered()) == .alreadyWoken)
        #expect(state.noteCancellation() == .alreadyWoken)
        let post = state.take()
        #expect(post.submissions.count == 2)
        #expect(post.hasCancellations && !post.isLast)
        #expect(state.take().isEmpty)
        #expect(state.noteCancellation() == .wake)
    }

    @Test func refusesOnceItCloses() async {
        var state = MailboxState()
        #expect(await state.submit(answered()) == .wake)
        #expect(state.close(nil) == .alreadyWoken)
        #expect(await state.submit(answered()) == .refused)
        #expect(state.noteCancellation() == .refused)
        #expect(state.close(nil) == .alreadyWoken)
        let post = state.take()
        #expect(post.submissions.count == 1)
        #expect(post.isLast)
    }

    @Test func tellsWhoCameTooLate() {
        var state = MailboxState()
        #expect(state.close(nil) == .wake)
        #expect(state.take().isLast)
        #expect(state.leave().isEmpty)
        #expect(state.close(nil) == .alreadyClosed)
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
