extension Job: Decodable {
    /// Reads AWS's JSON. A null member is absent and an unknown one is ignored (awsJson 1.1). A member of another type
    /// than AWS documents is an error: such an answer is not to be trusted in its other members either.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        name = try members.decodeIfPresent(String.self, forKey: .name)
        status = try members.word(.status)
        createdAt = try members.time(.createdAt)
        startedAt = try members.time(.startedAt)
        completedAt = try members.time(.completedAt)
        let transcript = try members.object(.transcript, of: TranscriptKeys.self)
        transcriptURI = try transcript?.decodeIfPresent(String.self, forKey: .uri)
        failureReason = try members.decodeIfPresent(String.self, forKey: .failureReason)
        languageCode = try members.word(.languageCode)
        try readMedia(members)
        settings = try members.decodeIfPresent(Settings.self, forKey: .settings).flatMap { $0 == Settings() ? nil : $0 }
        specialty = try members.word(.specialty)
        type = try members.word(.type)
        contentIdentificationType = try members.word(.contentIdentificationType)
        tags = try members.decodeIfPresent([Tag].self, forKey: .tags).flatMap(Self.inOrder)
    }

    private mutating func readMedia(_ members: KeyedDecodingContainer<CodingKeys>) throws {
        let media = try members.object(.media, of: MediaKeys.self)
        mediaURI = try media?.decodeIfPresent(String.self, forKey: .uri)
        redactedMediaURI = try media?.decodeIfPresent(String.self, forKey: .redactedURI)
        mediaFormat = try members.word(.mediaFormat)
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

    private enum TranscriptKeys: String, CodingKey {
        case uri = "TranscriptFileUri"
    }

    private enum MediaKeys: String, CodingKey {
        case uri = "MediaFileUri"
        case redactedURI = "RedactedMediaFileUri"
    }
}
