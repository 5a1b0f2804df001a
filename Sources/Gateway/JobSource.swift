public import Transcribe

/// Where jobs come from: AWS, or a test's own.
public protocol JobSource: Sendable {
    /// The job as it is now; answers or throws by the deadline.
    func job(named name: JobName, deadline: ContinuousClock.Instant) async throws(TranscribeError) -> JobAnswer
}

extension TranscribeClient: JobSource {}
