import Formats
import FoundationEssentials
import Testing

@testable import Transcribe

@Suite struct JobDecodingTests {
    @Test func readsEveryDocumentedMember() throws {
        let job = try decode(Self.full)
        var settings = Job.Settings()
        settings.channelIdentification = false
        settings.maxAlternatives = 2
        settings.maxSpeakerLabels = 3
        settings.showAlternatives = true
        settings.showSpeakerLabels = true
        settings.vocabularyName = "cardio"
        var expected = Job()
        expected.name = "visit-1"
        expected.status = .completed
        expected.languageCode = .init(rawValue: "en-US")
        expected.mediaSampleRateHertz = 44_100
        expected.mediaFormat = .init(rawValue: "wav")
        expected.mediaURI = "s3://bucket/visit.wav"
        expected.redactedMediaURI = "s3://bucket/redacted.wav"
        expected.transcriptURI = "https://s3.us-east-1.amazonaws.com/bucket/medical/visit-1.json"
        expected.createdAt = Timestamp(millisecondsSinceEpoch: 1_795_500_524_671)
        expected.startedAt = Timestamp(millisecondsSinceEpoch: 1_795_500_525_188)
        expected.completedAt = Timestamp(millisecondsSinceEpoch: 1_795_500_535_376)
        expected.failureReason = "none"
        expected.settings = settings
        expected.contentIdentificationType = .init(rawValue: "PHI")
        expected.specialty = .init(rawValue: "PRIMARYCARE")
        expected.type = .init(rawValue: "DICTATION")
        expected.tags = [.init(key: "A", value: ""), .init(key: "a", value: "1"), .init(key: "ä", value: "2")]
        #expect(job == expected)
    }

    @Test(arguments: [
        "{}", #"{"Transcript": {}, "Media": {}, "Settings": {}, "Tags": []}"#,
        #"{"Transcript": null, "Media": null, "Settings": null, "Tags": null, "CreationTime": null, "Type": null}"#,
        #"{"Transcript": {"TranscriptFileUri": null}, "Settings": {"MaxAlternatives": null}, "New": [{"x": 1}]}"#,
    ])
    func hasNothingWhereAWSHasNothing(json: String) throws {
        #expect(try decode(json) == Job())
    }

    @Test func letsUnknownValuesPass() throws {
        let job = try decode(
            #"{"TranscriptionJobStatus": "PAUSED", "LanguageCode": "xx-YY", "Settings": {"MaxAlternatives": 99}}"#)
        #expect(job.status?.rawValue == "PAUSED")
        #expect(job.languageCode?.rawValue == "xx-YY")
        #expect(job.settings?.maxAlternatives == 99)
        #expect(!job.isFinished)
    }

    @Test(arguments: [
        ("QUEUED", false), ("IN_PROGRESS", false), ("COMPLETED", true), ("FAILED", true), ("completed", false),
    ])
    func isFinishedWhenAWSSaysSo(status: String, isFinished: Bool) throws {
        #expect(try decode(#"{"TranscriptionJobStatus": "\#(status)"}"#).isFinished == isFinished)
    }

    @Test(arguments: [
        ("1795500525", 1_795_500_525_000), ("1795500525.188", 1_795_500_525_188), ("0", 0), ("-0.5", -500),
        ("1.795500525188E9", 1_795_500_525_188), ("1.5e3", 1_500_000), ("-1", -1_000), ("0.0014", 1),
        (#""1795500525.188""#, 1_795_500_525_188), (#""-1.5""#, -1_500), (#""1.795500525188E9""#, 1_795_500_525_188),
        (#""2026-11-24T08:08:45.188Z""#, 1_795_507_725_188),
        (#""2022-05-04T12:32:58.789000-07:00""#, 1_651_692_778_789),
    ])
    func readsEveryFormOfATime(json: String, milliseconds: Int64) throws {
        #expect(try decode(#"{"StartTime": \#(json)}"#).startedAt?.millisecondsSinceEpoch == milliseconds)
    }

    @Test func readsEveryMillisecondExactly() throws {
        for millisecond in 0..<1_000 {
            let digits = String(String(1_000 + millisecond).dropFirst())
            let time = try decode(#"{"StartTime": 1795500525.\#(digits)}"#).startedAt
            #expect(time?.millisecondsSinceEpoch == 1_795_500_525_000 + Int64(millisecond))
        }
    }

    @Test(arguments: [
        #"{"StartTime": "soon"}"#, #"{"StartTime": ""}"#, #"{"StartTime": "nan"}"#, #"{"StartTime": "0x10"}"#,
        #"{"StartTime": 1e999}"#, #"{"StartTime": 1e15}"#, #"{"StartTime": "1e999"}"#, #"{"StartTime": true}"#,
        #"{"StartTime": {}}"#, #"{"MedicalTranscriptionJobName": 1}"#, #"{"TranscriptionJobStatus": ["COMPLETED"]}"#,
        #"{"Transcript": "https://x"}"#, #"{"Settings": {"MaxAlternatives": "2"}}"#, #"{"Tags": {"Key": "k"}}"#,
        #"{"Tags": [{"Key": "k"}]}"#, #"{"MediaSampleRateHertz": 1e30}"#, #"{"Settings": {"ShowAlternatives": 1}}"#,
        #"{"FailureReason": "\ud800"}"#, "[]", "null",
    ])
    func refusesAMemberOfAnotherType(json: String) {
        #expect(throws: (any Error).self) { try decode(json) }
    }

    private func decode(_ json: String) throws -> Job {
        try JSONDecoder().decode(Job.self, from: Data(json.utf8))
    }

    private static let full = """
        {"MedicalTranscriptionJobName": "visit-1", "TranscriptionJobStatus": "COMPLETED", "LanguageCode": "en-US",
         "MediaSampleRateHertz": 44100, "MediaFormat": "wav",
         "Media": {"MediaFileUri": "s3://bucket/visit.wav", "RedactedMediaFileUri": "s3://bucket/redacted.wav"},
         "Transcript": {"TranscriptFileUri": "https://s3.us-east-1.amazonaws.com/bucket/medical/visit-1.json"},
         "StartTime": 1795500525.188, "CreationTime": 1795500524.671, "CompletionTime": 1795500535.376,
         "FailureReason": "none", "ContentIdentificationType": "PHI", "Specialty": "PRIMARYCARE", "Type": "DICTATION",
         "Settings": {"ShowSpeakerLabels": true, "MaxSpeakerLabels": 3, "ChannelIdentification": false,
          "ShowAlternatives": true, "MaxAlternatives": 2, "VocabularyName": "cardio"},
         "Tags": [{"Key": "ä", "Value": "2"}, {"Key": "a", "Value": "1"}, {"Key": "A", "Value": ""}],
         "AMemberOfNextYear": {"deep": [1, null]}}
        """
}
