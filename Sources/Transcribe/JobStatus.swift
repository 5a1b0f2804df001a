/// How far a job has come, in AWS's words (`TranscriptionJobStatus`).
public struct JobStatus: OpenEnum {
    public static let queued = JobStatus(rawValue: "QUEUED")
    public static let inProgress = JobStatus(rawValue: "IN_PROGRESS")
    public static let completed = JobStatus(rawValue: "COMPLETED")
    public static let failed = JobStatus(rawValue: "FAILED")

    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Whether the job has ended. A status that is not known counts as running, so that it is looked at again soon.
    public var isFinished: Bool { self == .completed || self == .failed }
}
