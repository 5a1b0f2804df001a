import Formats

extension Job: Decodable {
    /// Reads AWS's JSON. A null member is absent and an unknown one is ignored (awsJson 1.1). A member of another type
    /// than AWS documents is an error, because the other members of such a response cannot be trusted either.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        name = try members.decodeIfPresent(String.self, forKey: .name)
        status = try members.value(.status)
        createdAt = try members.time(.createdAt)
        startedAt = try members.time(.startedAt)
        completedAt = try members.time(.completedAt)
        let transcript = try members.object(.transcript, of: TranscriptKeys.self)
        transcriptURI = try transcript?.decodeIfPresent(String.self, forKey: .uri)
        failureReason = try members.decodeIfPresent(String.self, forKey: .failureReason)
        languageCode = try members.value(.languageCode)
        try readMedia(members)
        settings = try members.decodeIfPresent(Settings.self, forKey: .settings).flatMap { $0 == Settings() ? nil : $0 }
        specialty = try members.value(.specialty)
        type = try members.value(.type)
        contentIdentificationType = try members.value(.contentIdentificationType)
        tags = try members.decodeIfPresent([Tag].self, forKey: .tags).flatMap(Self.inOrder)
    }

    private mutating func readMedia(_ members: KeyedDecodingContainer<CodingKeys>) throws {
        let media = try members.object(.media, of: MediaKeys.self)
        mediaURI = try media?.decodeIfPresent(String.self, forKey: .uri)
        redactedMediaURI = try media?.decodeIfPresent(String.self, forKey: .redactedURI)
        mediaFormat = try members.value(.mediaFormat)
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

/// Readers of members, where a null one counts as absent (awsJson 1.1).
///
/// They decode strings, numbers and objects only: for any other type the decoder looks up each time how to decode it.
extension KeyedDecodingContainer {
    func value<Value: OpenEnum>(_ key: Key) throws -> Value? {
        try decodeIfPresent(String.self, forKey: key).map(Value.init(rawValue:))
    }

    func time(_ key: Key) throws -> Timestamp? {
        if let seconds = try? decodeIfPresent(Double.self, forKey: key) {
            return try known(Timestamp(wireSeconds: seconds), key)
        }
        guard let text = try decodeIfPresent(String.self, forKey: key) else { return nil }
        return try known(Timestamp(wireText: text), key)
    }

    private func known(_ time: Timestamp?, _ key: Key) throws -> Timestamp {
        guard let time else {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "not a time")
        }
        return time
    }

    func object<Member: CodingKey>(_ key: Key, of members: Member.Type) throws -> KeyedDecodingContainer<Member>? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        return try nestedContainer(keyedBy: members, forKey: key)
    }
}

/// A time as AWS's JSON may spell it: seconds since 1970 as a number in any form or as a string of one, or an
/// ISO 8601 string. It is read to the millisecond.
extension Timestamp {
    /// Nil outside the years 0000 to 9999, which RFC 3339 can write.
    init?(wireSeconds seconds: Double) {
        guard (-62_167_219_200.0..<253_402_300_800.0).contains(seconds) else { return nil }
        self.init(secondsSinceEpoch: seconds)
    }

    init?(wireText text: String) {
        if let time = Timestamp(rfc3339: text) {
            self = time
            return
        }
        // Swift reads "nan", "0x1p3" and the like as numbers too; no JSON number looks like that.
        guard text.utf8.allSatisfy(Self.isNumberCharacter), let seconds = Double(text) else { return nil }
        self.init(wireSeconds: seconds)
    }

    private static func isNumberCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default:
            false
        }
    }
}
