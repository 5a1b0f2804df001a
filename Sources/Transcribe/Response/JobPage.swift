public import Formats
import FoundationEssentials

/// A page of the list of running jobs: what it says of the jobs that were wanted. Of others it holds nothing.
public struct JobPage: Hashable, Sendable {
    /// What the list says of one job. A summary lacks members that the job has.
    public struct Summary: Hashable, Sendable {
        public let status: JobStatus?
        public let startedAt: Timestamp?

        public init(status: JobStatus?, startedAt: Timestamp?) {
            self.status = status
            self.startedAt = startedAt
        }
    }

    /// By the jobs' names.
    public let summaries: [JobName: Summary]
    /// When the job was created that stands last on the page, wanted or not: the list begins with the newest. Nil where the
    /// page is empty, or does not say it.
    public let reach: Timestamp?
    /// Where the next page begins; nil after the last one.
    public let next: PageToken?
    /// The response that the page came with; nil where it did not come from AWS.
    public var origin: ResponseOrigin?

    public init(summaries: [JobName: Summary], reach: Timestamp?, next: PageToken?) {
        self.summaries = summaries
        self.reach = reach
        self.next = next
    }
}

/// The place in a list where the next page begins, as AWS writes it.
public struct PageToken: Hashable, Sendable {
    let text: String

    public init(_ text: String) {
        self.text = text
    }
}

extension PageToken: CustomStringConvertible {
    /// The length only: AWS does not say what it holds.
    public var description: String { "page token of \(text.utf8.count) bytes" }
}

extension Operation<JobPage> {
    /// `ListMedicalTranscriptionJobs` with `Status` `IN_PROGRESS`: up to 100 jobs a page, the newest first.
    ///
    /// - Parameter isWanted: asked for the name of each job; those of others are dropped while the page is read.
    static func runningJobs(
        after token: PageToken?, isWanted: @escaping @Sendable (JobName) -> Bool
    ) -> Self {
        Self(target: "Transcribe.ListMedicalTranscriptionJobs", body: JobPage.input(token), isSafeToRetry: true) {
            body throws(MalformedResponse) in try JobPage(reading: body, isWanted)
        }
    }
}

extension JobPage {
    private struct Input: Encodable {
        let Status = JobStatus.inProgress.rawValue
        let MaxResults = 100
        let NextToken: String?
    }

    fileprivate static func input(_ token: PageToken?) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Array(try! encoder.encode(Input(NextToken: token?.text)))  // a number and two strings
    }

    /// Reads a response. Each member may be absent, as in AWS's model.
    init(reading body: [UInt8], _ isWanted: (JobName) -> Bool) throws(MalformedResponse) {
        guard let output = try? JSONDecoder().decode(Output.self, from: Data(body)) else { throw .notAList }
        var summaries: [JobName: Summary] = [:]
        for listed in output.jobs ?? [] {
            guard let text = listed.name, let name = try? JobName(text), isWanted(name) else { continue }
            summaries[name] = listed.summary
        }
        let token = output.next.flatMap { $0.isEmpty ? nil : PageToken($0) }
        self.init(summaries: summaries, reach: output.jobs?.last?.createdAt, next: token)
    }

    private struct Output: Decodable {
        let jobs: [Listed]?
        let next: String?

        private enum CodingKeys: String, CodingKey {
            case jobs = "MedicalTranscriptionJobSummaries"
            case next = "NextToken"
        }
    }

    private struct Listed: Decodable {
        let name: String?
        let createdAt: Timestamp?
        let summary: Summary

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            name = try members.decodeIfPresent(String.self, forKey: .name)
            createdAt = try members.time(.createdAt)
            summary = Summary(status: try members.value(.status), startedAt: try members.time(.startedAt))
        }

        private enum CodingKeys: String, CodingKey {
            case name = "MedicalTranscriptionJobName"
            case status = "TranscriptionJobStatus"
            case createdAt = "CreationTime"
            case startedAt = "StartTime"
        }
    }
}
