public import Formats

/// One medical transcription job: every documented member of AWS's `MedicalTranscriptionJob`, with the structures around
/// single members taken away (`Media.MediaFileUri` is ``mediaURI``).
///
/// Every member is optional, as in AWS's model; nil, an empty structure and an empty list all mean that AWS sent nothing.
/// Lengths, ranges and known values are not enforced: they are AWS's to change.
public struct Job: Hashable, Sendable {
    public var name: String?
    public var status: JobStatus?
    public var createdAt: Timestamp?
    public var startedAt: Timestamp?
    public var completedAt: Timestamp?
    /// Where the transcript is stored; set once the job is completed.
    public var transcriptURI: String?
    /// Why the job failed: AWS's text.
    public var failureReason: String?
    public var languageCode: LanguageCode?
    public var mediaFormat: MediaFormat?
    public var mediaSampleRateHertz: Int?
    public var mediaURI: String?
    public var redactedMediaURI: String?
    public var settings: Settings?
    public var specialty: Specialty?
    public var type: Kind?
    public var contentIdentificationType: ContentIdentificationType?
    /// Sorted by the keys' bytes, so that equal jobs read the same; nil rather than empty.
    public var tags: [Tag]?

    /// A job without any member.
    public init() {}

    /// Whether the job has ended (see ``JobStatus/isFinished``). A job without a status counts as running.
    public var isFinished: Bool { status?.isFinished ?? false }
}

extension Job {
    /// How the job was asked to transcribe (`MedicalTranscriptionSetting`).
    public struct Settings: Hashable, Sendable {
        public var channelIdentification: Bool?
        public var maxAlternatives: Int?
        public var maxSpeakerLabels: Int?
        public var showAlternatives: Bool?
        public var showSpeakerLabels: Bool?
        public var vocabularyName: String?

        /// Settings without any member.
        public init() {}
    }
}

extension Job.Settings: Decodable {
    private enum CodingKeys: String, CodingKey {
        case channelIdentification = "ChannelIdentification"
        case maxAlternatives = "MaxAlternatives"
        case maxSpeakerLabels = "MaxSpeakerLabels"
        case showAlternatives = "ShowAlternatives"
        case showSpeakerLabels = "ShowSpeakerLabels"
        case vocabularyName = "VocabularyName"
    }
}

extension Job {
    /// A tag of the job (`Tag`).
    public struct Tag: Hashable, Sendable {
        public let key: String
        public let value: String

        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }
}

extension Job.Tag: Decodable {
    private enum CodingKeys: String, CodingKey {
        case key = "Key"
        case value = "Value"
    }
}

extension Job {
    /// The language spoken, such as `en-US`.
    public struct LanguageCode: OpenEnum {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }

    /// The format of the media, such as `wav`.
    public struct MediaFormat: OpenEnum {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }

    /// The medical specialty, such as `PRIMARYCARE`.
    public struct Specialty: OpenEnum {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }

    /// The kind of speech (AWS's `Type`): `CONVERSATION` or `DICTATION`.
    public struct Kind: OpenEnum {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }

    /// What is marked in the transcript, such as `PHI` (personal health information).
    public struct ContentIdentificationType: OpenEnum {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }
}

/// The progress of a job (`TranscriptionJobStatus`).
public struct JobStatus: OpenEnum {
    public static let queued = JobStatus(rawValue: "QUEUED")
    public static let inProgress = JobStatus(rawValue: "IN_PROGRESS")
    public static let completed = JobStatus(rawValue: "COMPLETED")
    public static let failed = JobStatus(rawValue: "FAILED")

    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Whether the job has ended. An unknown status counts as running, so that the job is asked for again soon.
    public var isFinished: Bool { self == .completed || self == .failed }
}

/// A value of a set that AWS may extend. A value that is not documented yet passes through unchanged.
public protocol OpenEnum: RawRepresentable, Hashable, Sendable where RawValue == String {
    init(rawValue: String)
}
