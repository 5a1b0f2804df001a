/// An HTTP/1.1 client over libcurl's multi interface: connections are kept and reused, every request ends by its
/// deadline, answers are bounded.
///
/// One thread of its own does all transfers. Any number of tasks may ask at once; those beyond
/// ``CurlOptions/concurrency`` wait in order. The thread ends after ``shutDown()``, or when the client is released.
public final class CurlClient: Sendable {
    private let mailbox: Mailbox

    /// Starts the thread. The process ends if it cannot have one.
    public init(options: CurlOptions = CurlOptions()) {
        let multi = MultiHandle(connections: options.concurrency)
        mailbox = Mailbox(waking: multi)
        TransferThread.start(options: options, multi: multi, mailbox: mailbox)
    }

    deinit {
        mailbox.close()
    }

    /// Sends the request and returns the whole answer, of whatever status.
    ///
    /// A kept connection that turns out to be closed before the first byte of an answer is replaced by another one and
    /// the request is sent again, whatever its method: the server may have received it twice.
    /// - Parameter deadline: When this ends with ``CurlError/timedOut(_:)`` at the latest, to a few milliseconds.
    /// - Throws: Every ``CurlError``; ``CurlError/cancelled`` when the calling task is cancelled.
    public func perform(
        _ request: CurlRequest, deadline: ContinuousClock.Instant
    ) async throws(CurlError) -> CurlResponse {
        try request.check()
        let cancellation = Cancellation()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                mailbox.submit(
                    Submission(request, deadline: deadline, cancellation: cancellation, continuation: continuation))
            }
        } onCancel: {
            cancellation.request()
            mailbox.noteCancellation()
        }
        return try result.get()
    }

    /// Ends all transfers with ``CurlError/shutDown``, closes all connections and returns when the thread has done
    /// both. Requests made from then on end the same way. May be called more than once.
    public func shutDown() async {
        await mailbox.closed()
    }
}
