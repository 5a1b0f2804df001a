public import SigV4

/// One medical transcription job: every documented member of AWS's `MedicalTranscriptionJob`, with the structures around
/// single members taken away (`Media.MediaFileUri` is ``mediaURI``).
///
/// Every member is optional, as in AWS's model; nil, an empty structure and an empty list all mean that AWS has nothing.
/// Lengths, ranges and known values are not enforced: they are AWS's to change.
public struct Job: Hashable, Sendable {
    public var name: String?
    public var status: JobStatus?
    public var createdAt: Timestamp?
    public var startedAt: Timestamp?
    public var completedAt: Timestamp?
    /// Where the transcript lies; known once the job is completed.
    public var transcriptURI: String?
    /// Why the job failed, in AWS's words.
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

    /// A job of which nothing is known.
    public init() {}

    /// Whether the job has ended (see ``JobStatus/isFinished``); one without a status runs.
    public var isFinished: Bool { status?.isFinished ?? false }
}
