/// A job as AWS told it.
public struct JobAnswer: Hashable, Sendable {
    public let job: Job
    /// AWS's name for the request, by which its support can find it.
    public let requestID: String?

    public init(job: Job, requestID: String? = nil) {
        self.job = job
        self.requestID = requestID
    }
}
