extension Job: Decodable {
    /// Reads AWS's JSON. A null member is absent and an unknown one is ignored (awsJson 1.1). A member of another type
    /// than AWS documents is an error: such an answer is not to be trusted in its other members either.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        name = try members.decodeIfPresent(String.self, forKey: .name)
        status = try members.decodeIfPresent(JobStatus.self, forKey: .status)
        createdAt = try members.decodeIfPresent(WireTime.self, forKey: .createdAt)?.timestamp
        startedAt = try members.decodeIfPresent(WireTime.self, forKey: .startedAt)?.timestamp
        completedAt = try members.decodeIfPresent(WireTime.self, forKey: .completedAt)?.timestamp
        transcriptURI = try members.decodeIfPresent(Transcript.self, forKey: .transcript)?.uri
        failureReason = try members.decodeIfPresent(String.self, forKey: .failureReason)
        languageCode = try members.decodeIfPresent(LanguageCode.self, forKey: .languageCode)
        try readMedia(members)
        settings = try members.decodeIfPresent(Settings.self, forKey: .settings).flatMap { $0 == Settings() ? nil : $0 }
        specialty = try members.decodeIfPresent(Specialty.self, forKey: .specialty)
        type = try members.decodeIfPresent(Kind.self, forKey: .type)
        contentIdentificationType = try members.decodeIfPresent(
            ContentIdentificationType.self, forKey: .contentIdentificationType)
        tags = try members.decodeIfPresent([Tag].self, forKey: .tags).flatMap(Self.inOrder)
    }

    private mutating func readMedia(_ members: KeyedDecodingContainer<CodingKeys>) throws {
        let media = try members.decodeIfPresent(Media.self, forKey: .media)
        mediaURI = media?.uri
        redactedMediaURI = media?.redactedURI
        mediaFormat = try members.decodeIfPresent(MediaFormat.self, forKey: .mediaFormat)
        mediaSampleRateHertz = try members.decodeIfPresent(Int.self, forKey: .mediaSampleRateHertz)
    }

    private static func inOrder(_ tags: [Tag]) -> [Tag]? {
        tags.isEmpty ? nil : tags.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    private enum CodingKeys: String, CodingKey {
        case name = "MedicalTranscriptionJobName"
        case status = "TranscriptionJobStatus"
        case createdAt = "CreationTime"
        case startedAt = "StartTime"
        case completedAt = "CompletionTime"
        case transcript = "Transcript"
        case failureReason = "FailureReason"
        case languageCode = "LanguageCode"
        case media = "Media"
        case mediaFormat = "MediaFormat"
        case mediaSampleRateHertz = "MediaSampleRateHertz"
        case settings = "Settings"
        case specialty = "Specialty"
        case type = "Type"
        case contentIdentificationType = "ContentIdentificationType"
        case tags = "Tags"
    }

    private struct Transcript: Decodable {
        let uri: String?

        private enum CodingKeys: String, CodingKey {
            case uri = "TranscriptFileUri"
        }
    }

    private struct Media: Decodable {
        let uri: String?
        let redactedURI: String?

        private enum CodingKeys: String, CodingKey {
            case uri = "MediaFileUri"
            case redactedURI = "RedactedMediaFileUri"
        }
    }
}
