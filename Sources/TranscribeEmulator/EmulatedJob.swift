public import Formats

/// A job of the emulator: it is queued for a time, runs for a time, and ends.
public struct EmulatedJob: Sendable {
    public let name: String
    /// When it was created; nil stands for the first request for it.
    public var createdAt: Timestamp?
    public var queuedFor: Duration
    public var runsFor: Duration
    /// Ends the job as FAILED, with this reason.
    public var failureReason: String?
    public var tags: [String: String]

    public init(
        name: String, createdAt: Timestamp? = nil, queuedFor: Duration = .zero, runsFor: Duration = .zero,
        failureReason: String? = nil, tags: [String: String] = [:]
    ) {
        self.name = name
        self.createdAt = createdAt
        self.queuedFor = queuedFor
        self.runsFor = runsFor
        self.failureReason = failureReason
        self.tags = tags
    }

    /// The job as Amazon Transcribe would send it: members appear as the job progresses.
    func wireJob(createdAt: Timestamp, at now: Timestamp) -> WireJob {
        var wireJob = WireJob(name: name, createdAt: createdAt, tags: tags)
        let startedAt = createdAt.adding(milliseconds: queuedFor.milliseconds)
        let completedAt = startedAt.adding(milliseconds: runsFor.milliseconds)
        if now >= startedAt { wireJob.start(at: startedAt) }
        if now >= completedAt { wireJob.end(at: completedAt, failureReason: failureReason) }
        return wireJob
    }
}

extension EmulatedJob {
    /// The jobs of the demonstration: one of each kind.
    public static func samples(at now: Timestamp) -> [EmulatedJob] {
        [
            EmulatedJob(
                name: "visit-42", createdAt: now.adding(milliseconds: -600_000), queuedFor: .seconds(20),
                runsFor: .seconds(190), tags: ["department": "cardiology", "cost-centre": "7"]),
            EmulatedJob(
                name: "visit-43", createdAt: now.adding(milliseconds: -300_000), queuedFor: .seconds(5),
                runsFor: .seconds(2),
                failureReason: "The media format provided does not match the detected media format"),
            EmulatedJob(name: "visit-44", queuedFor: .seconds(10), runsFor: .seconds(20)),
        ]
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
}
