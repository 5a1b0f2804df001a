public import Transcribe

/// Where jobs come from: AWS, or a test's own.
public protocol JobSource: Sendable {
    /// The job as it is now; answers or throws by the deadline.
    ///
    /// - Parameters:
    ///   - attemptFailed: told at once how an attempt ended that brought no job.
    ///   - admitRetry: asked right before each attempt but the first. If it says no, the call ends as that attempt did.
    func job(
        named name: JobName, deadline: ContinuousClock.Instant, attemptFailed: (AttemptOutcome) -> Void,
        admitRetry: () async -> Bool
    ) async throws(TranscribeError) -> JobAnswer
}

extension TranscribeClient: JobSource {}
