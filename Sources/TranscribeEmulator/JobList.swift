import Formats

/// The input of `ListMedicalTranscriptionJobs`.
struct ListInput: Decodable, Sendable {
    let Status: String?
    let MaxResults: Int?
    let NextToken: String?

    private static let statuses: Set = ["QUEUED", "IN_PROGRESS", "FAILED", "COMPLETED"]

    /// Whether AWS's validation accepts it, as far as that goes without the list.
    var isValid: Bool { (Status.map(Self.statuses.contains) ?? true) && (1...100).contains(MaxResults ?? 100) }
}

/// A page of the list, as it goes over the wire.
struct WirePage: Encodable, Sendable {
    private let Status: String?
    private let NextToken: String?
    private let MedicalTranscriptionJobSummaries: [WireSummary]

    /// The page that the input asks for, the newest jobs first. Nil if its token is none that this list gave.
    ///
    /// - Parameter jobs: all that there are, with the times of their creation.
    init?(_ input: ListInput, of jobs: [(job: EmulatedJob, createdAt: Timestamp)], at now: Timestamp) {
        guard let start = Self.start(of: input.NextToken) else { return nil }
        let newestFirst = jobs.sorted { ($1.createdAt, $1.job.name) < ($0.createdAt, $0.job.name) }
        let listed = newestFirst.map { $0.job.wireJob(createdAt: $0.createdAt, at: now).summary }
            .filter { input.Status == nil || $0.TranscriptionJobStatus == input.Status }
        let end = start + (input.MaxResults ?? 100)
        Status = input.Status
        MedicalTranscriptionJobSummaries = Array(listed.dropFirst(start).prefix(end - start))
        NextToken = end < listed.count ? "from/\(end)" : nil
    }

    private static func start(of token: String?) -> Int? {
        guard let token else { return 0 }
        guard token.utf8.starts(with: "from/".utf8) else { return nil }
        return Int(token.utf8.dropFirst(5).reduce(into: "") { $0.unicodeScalars.append(Unicode.Scalar($1)) })
    }
}
