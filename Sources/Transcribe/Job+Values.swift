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

    /// Whether people talk or one dictates (AWS's `Type`): `CONVERSATION` or `DICTATION`.
    public struct Kind: OpenEnum {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }

    /// What the transcript marks, such as `PHI` (personal health information).
    public struct ContentIdentificationType: OpenEnum {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }
}
