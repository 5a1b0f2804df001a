public import Transcribe

/// Where jobs come from: AWS, or a test's own.
public protocol JobSource: Sendable {
    /// The job as it is now; answers or throws by the deadline.
    ///
    /// - Parameter admitRetry: asked before each attempt but the first, with how the one before it ended. If it says no,
    ///   that is how the call ends.
    func job(
        named name: JobName, deadline: ContinuousClock.Instant, admitRetry: (_ after: AttemptOutcome) async -> Bool
    ) async throws(TranscribeError) -> JobAnswer
}

extension TranscribeClient: JobSource {}
