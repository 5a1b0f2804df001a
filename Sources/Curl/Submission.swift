import Synchronization

/// A request on its way from the task that asked to the transfer thread.
struct Submission: Sendable {
    let request: CurlRequest
    let deadline: ContinuousClock.Instant
    let cancellation: Cancellation
    private let continuation: CheckedContinuation<Result<CurlResponse, CurlError>, Never>

    init(
        _ request: CurlRequest, deadline: ContinuousClock.Instant, cancellation: Cancellation,
        continuation: CheckedContinuation<Result<CurlResponse, CurlError>, Never>
    ) {
        self.request = request
        self.deadline = deadline
        self.cancellation = cancellation
        self.continuation = continuation
    }

    /// Answers the task that asked; exactly once, by whoever took the submission out of where it was kept.
    func finish(_ result: Result<CurlResponse, CurlError>) {
        continuation.resume(returning: result)
    }
}

/// Says that the task of a submission was cancelled. The flag goes up before the thread is told, so it is seen whether
/// the cancellation comes before the submission or after it.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isRequested: Bool { flag.load(ordering: .acquiring) }

    func request() { flag.store(true, ordering: .releasing) }
}
