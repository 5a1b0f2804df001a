import Formats

/// A `MedicalTranscriptionJob` as it goes over the wire: AWS's member names, times in seconds since 1970.
struct WireJob: Encodable, Sendable {
    private var MedicalTranscriptionJobName: String
    private var TranscriptionJobStatus = "QUEUED"
    private var LanguageCode = "en-US"
    private var MediaSampleRateHertz: Int?
    private var MediaFormat: String?
    private var Media: [String: String]
    private var Transcript: [String: String]?
    private var StartTime: Double?
    private var CreationTime: Double
    private var CompletionTime: Double?
    private var FailureReason: String?
    private var Settings = WireSettings()
    private var Specialty = "PRIMARYCARE"
    private var `Type` = "CONVERSATION"
    private var Tags: [WireTag]?

    init(name: String, createdAt: Timestamp, tags: [String: String]) {
        MedicalTranscriptionJobName = name
        Media = ["MediaFileUri": "s3://demo-recordings/\(name).wav"]
        CreationTime = createdAt.secondsSinceEpoch
        Tags = tags.isEmpty ? nil : tags.map { WireTag(Key: $0.key, Value: $0.value) }
    }

    mutating func start(at time: Timestamp) {
        TranscriptionJobStatus = "IN_PROGRESS"
        StartTime = time.secondsSinceEpoch
        MediaFormat = "wav"
        MediaSampleRateHertz = 44_100
        // AWS sends an empty structure while there is no transcript.
        Transcript = [:]
    }

    mutating func end(at time: Timestamp, failureReason: String?) {
        CompletionTime = time.secondsSinceEpoch
        FailureReason = failureReason
        TranscriptionJobStatus = failureReason == nil ? "COMPLETED" : "FAILED"
        guard failureReason == nil else { return }
        let name = MedicalTranscriptionJobName
        Transcript = ["TranscriptFileUri": "https://s3.us-east-1.amazonaws.com/demo-transcripts/medical/\(name).json"]
    }
}

extension WireJob {
    /// What the list says of the job.
    var summary: WireSummary {
        WireSummary(
            MedicalTranscriptionJobName: MedicalTranscriptionJobName, TranscriptionJobStatus: TranscriptionJobStatus,
            CreationTime: CreationTime, StartTime: StartTime, CompletionTime: CompletionTime,
            FailureReason: FailureReason)
    }
}

/// A `MedicalTranscriptionJobSummary`.
struct WireSummary: Encodable, Sendable {
    let MedicalTranscriptionJobName: String
    let TranscriptionJobStatus: String
    let CreationTime: Double
    let StartTime: Double?
    let CompletionTime: Double?
    let FailureReason: String?
    private let LanguageCode = "en-US"
    private let OutputLocationType = "CUSTOMER_BUCKET"
    private let Specialty = "PRIMARYCARE"
    private let `Type` = "CONVERSATION"

    fileprivate init(
        MedicalTranscriptionJobName: String, TranscriptionJobStatus: String, CreationTime: Double, StartTime: Double?,
        CompletionTime: Double?, FailureReason: String?
    ) {
        self.MedicalTranscriptionJobName = MedicalTranscriptionJobName
        self.TranscriptionJobStatus = TranscriptionJobStatus
        self.CreationTime = CreationTime
        self.StartTime = StartTime
        self.CompletionTime = CompletionTime
        self.FailureReason = FailureReason
    }
}

struct WireSettings: Encodable, Sendable {
    private let ShowSpeakerLabels = true
    private let MaxSpeakerLabels = 2
    private let ChannelIdentification = false
}

struct WireTag: Encodable, Sendable {
    let Key: String
    let Value: String
}

extension Timestamp {
    var secondsSinceEpoch: Double { Double(millisecondsSinceEpoch) / 1_000 }
}
