import Curl
import Formats
import FoundationEssentials
import TestSupport
import Testing
import UpstreamTestSupport

@testable import Transcribe

@Suite struct JobPageTests {
    private func names(_ texts: String...) throws -> Set<JobName> { Set(try texts.map { try JobName($0) }) }

    private func page(_ body: String, wanted: Set<JobName>) throws(MalformedResponse) -> JobPage {
        try JobPage(reading: Array(body.utf8)) { wanted.contains($0) }
    }

    private static let body = """
        {"Status": "IN_PROGRESS", "NextToken": "a/\\"b", "MedicalTranscriptionJobSummaries": [
        {"MedicalTranscriptionJobName": "visit-1", "CreationTime": 1795500524.671, "StartTime": 1795500525.188,
        "LanguageCode": "en-US", "TranscriptionJobStatus": "IN_PROGRESS", "OutputLocationType": "CUSTOMER_BUCKET",
        "Specialty": "PRIMARYCARE", "Type": "CONVERSATION"},
        {"MedicalTranscriptionJobName": "patient-9", "CreationTime": 1795500500, "TranscriptionJobStatus": "IN_PROGRESS"}
        ]}
        """

    @Test func keepsWhatIsSaidOfWantedJobsOnly() throws {
        let page = try page(Self.body, wanted: names("visit-1", "visit-2"))
        let start = Timestamp(millisecondsSinceEpoch: 1_795_500_525_188)
        #expect(page.summaries == [try JobName("visit-1"): .init(status: .inProgress, startedAt: start)])
        #expect(page.reach == Timestamp(millisecondsSinceEpoch: 1_795_500_500_000))
        #expect(page.next == PageToken("a/\"b"))
        #expect(!String(reflecting: page).contains("patient-9"))
    }

    @Test(arguments: [
        "{}", #"{"MedicalTranscriptionJobSummaries":[]}"#,
        #"{"MedicalTranscriptionJobSummaries":null,"NextToken":null}"#,
        #"{"MedicalTranscriptionJobSummaries":[{}],"NextToken":""}"#,
        #"{"MedicalTranscriptionJobSummaries":[{"MedicalTranscriptionJobName":".."}],"X":1}"#,
    ])
    func takesAbsentMembersForNothing(body: String) throws {
        #expect(try page(body, wanted: names("visit-1")) == JobPage(summaries: [:], reach: nil, next: nil))
    }

    @Test(arguments: [
        "", "[]", "<html>", #"{"MedicalTranscriptionJobSummaries":{}}"#, #"{"NextToken":1}"#,
        #"{"MedicalTranscriptionJobSummaries":[{"StartTime":{}}]}"#,
    ])
    func refusesWhatIsNoList(body: String) throws {
        let wanted = try names("visit-1")
        #expect(throws: MalformedResponse.notAList) { try page(body, wanted: wanted) }
    }

    @Test(arguments: [
        (nil, #"{"MaxResults":100,"Status":"IN_PROGRESS"}"#),
        ("a\"b", #"{"MaxResults":100,"NextToken":"a\"b","Status":"IN_PROGRESS"}"#),
    ])
    func asksForRunningJobs(token: String?, body: String) async throws {
        let scenario = try ClientScenario([ScriptedTransport.answer(200, Self.body)])
        let wanted = try names("visit-1")
        let page = try await scenario.client.runningJobs(
            after: token.map(PageToken.init), isWanted: { wanted.contains($0) },
            deadline: scenario.time.source.now() + .seconds(5), mayRetry: { true }, attemptBegan: {},
            attemptFailed: { _ in }, admitRetry: { true })
        #expect(page.summaries.count == 1)
        let request = try #require(scenario.transport.requests.first)
        #expect(request.values(of: "x-amz-target") == ["Transcribe.ListMedicalTranscriptionJobs"])
        #expect(String(decoding: request.body, as: UTF8.self) == body)
    }

    @Test func isRetriedAndClassifiedAsALookUp() async throws {
        let scenario = try ClientScenario([
            ScriptedTransport.refusal(400, "ThrottlingException"),
            ScriptedTransport.refusal(400, "AccessDeniedException"),
        ])
        let deadline = scenario.time.source.now() + .seconds(5)
        await #expect(throws: TranscribeError.self) {
            try await scenario.client.runningJobs(
                after: nil, isWanted: { _ in true }, deadline: deadline, mayRetry: { true }, attemptBegan: {},
                attemptFailed: { _ in }, admitRetry: { true })
        }
        #expect(scenario.outcomes.all == ["throttled", "accessDenied"])
        #expect(scenario.time.sleeps == [.seconds(1)])
    }
}
