extension Job {
    /// How the job was asked to transcribe (`MedicalTranscriptionSetting`).
    public struct Settings: Hashable, Sendable {
        public var channelIdentification: Bool?
        public var maxAlternatives: Int?
        public var maxSpeakerLabels: Int?
        public var showAlternatives: Bool?
        public var showSpeakerLabels: Bool?
        public var vocabularyName: String?

        /// Settings of which nothing is known.
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
