import Transcribe

// Amazon Transcribe's words for people. A word that is not documented stays as it is.

extension JobStatus {
    /// Before the job's name in the title of its tab.
    var mark: String {
        switch self {
        case .completed: "✓"
        case .failed: "✗"
        default: "…"
        }
    }

    /// The class of style.
    var mood: String {
        switch self {
        case .completed: "good"
        case .failed: "bad"
        default: "busy"
        }
    }

    var words: String {
        switch self {
        case .queued: "Waiting to start"
        case .inProgress: "Running"
        case .completed: "Completed"
        case .failed: "Failed"
        default: rawValue
        }
    }
}

extension Job.Kind {
    var words: String {
        switch rawValue {
        case "CONVERSATION": "conversation"
        case "DICTATION": "dictation"
        default: rawValue
        }
    }
}

extension Job.Specialty {
    var words: String { rawValue == "PRIMARYCARE" ? "primary care" : rawValue }
}

extension Job.LanguageCode {
    var words: String { rawValue == "en-US" ? "US English" : rawValue }
}

extension Job.ContentIdentificationType {
    var words: String { rawValue == "PHI" ? "personal health information" : rawValue }
}

extension Job.Settings {
    /// What is set of speakers, channels and alternatives; nil if nothing is.
    var words: String? {
        let parts = [
            showSpeakerLabels == true
                ? maxSpeakerLabels.map { "up to \($0) speakers told apart" } ?? "speakers told apart" : nil,
            channelIdentification == true ? "each channel transcribed by itself" : nil,
            showAlternatives == true ? maxAlternatives.map { "up to \($0) alternatives" } ?? "alternatives" : nil,
        ].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// Under AWS's names.
    var original: String {
        [
            showSpeakerLabels.map { "ShowSpeakerLabels \($0)" }, maxSpeakerLabels.map { "MaxSpeakerLabels \($0)" },
            channelIdentification.map { "ChannelIdentification \($0)" },
            showAlternatives.map { "ShowAlternatives \($0)" }, maxAlternatives.map { "MaxAlternatives \($0)" },
            vocabularyName.map { "VocabularyName \($0)" },
        ].compactMap { $0 }.joined(separator: ", ")
    }
}

/// What a documented reason of a failure means (`FailureReason` in "GetMedicalTranscriptionJob" of the Amazon Transcribe
/// API Reference), and what to do next. A failed job does not run again: the next one is a new job.
struct FailureWords {
    /// As a heading.
    let what: String
    let advice: String

    /// What to do where the reason is none of those, or AWS gives none.
    static let unknown = FailureWords(
        "The recording could not be transcribed",
        """
        A failed job does not run again: a new one is needed. Tell the person that started the job what stands here; they \
        can ask AWS's support.
        """)

    /// Nil for a reason that is not documented. AWS may say more behind it.
    init?(_ reason: String) {
        guard let (_, words) = Self.documented.first(where: { reason.utf8.starts(with: $0.0.utf8) }) else { return nil }
        self = words
    }

    private init(_ what: String, _ advice: String) {
        self.what = what
        self.advice = advice
    }

    private static let documented = [
        (
            "Unsupported media format",
            FailureWords(
                "The recording is of a kind that cannot be transcribed",
                """
                Save it as FLAC, WAV, MP3, MP4, Ogg, AMR or WebM, store it again, and start a new job. FLAC and WAV give \
                the best transcripts.
                """)
        ),
        (
            "The media format provided does not match the detected media format",
            FailureWords(
                "The recording is of another kind than the job was told",
                """
                The recording itself may be sound. Start a new job with the kind that it really is, or leave the kind out, \
                so that Amazon Transcribe finds it by itself.
                """)
        ),
        (
            "Invalid sample rate for audio file",
            FailureWords(
                "The recording's sample rate is not one that can be transcribed",
                "It has to lie between 16,000 and 48,000 Hz. Convert or record it so, and start a new job.")
        ),
        (
            "The sample rate provided does not match the detected sample rate",
            FailureWords(
                "The recording has another sample rate than the job was told",
                """
                The recording itself may be sound. Start a new job with its real sample rate, or leave the rate out, so \
                that Amazon Transcribe finds it by itself.
                """)
        ),
        (
            "Invalid file size: file size too large",
            FailureWords(
                "The recording is too large",
                "Cut it into shorter recordings, or save it in a compressed form, and start a new job for each.")
        ),
        (
            "Invalid number of channels: number of channels too large",
            FailureWords(
                "The recording has too many channels",
                "Mix it down to two channels or one, and start a new job.")
        ),
    ]
}

extension JobCopy.Staleness {
    /// Why the copy is out of date, and what happens next.
    var words: String {
        switch self {
        case .refreshing: "This is an earlier answer. Amazon Transcribe is being asked for a new one."
        case .failing:
            "This is an earlier answer, because Amazon Transcribe gives none at the moment. This page looks again by itself."
        case .budgetUsedUp:
            """
            This is an earlier answer, because the gateway may not ask Amazon Transcribe more often at the moment. This \
            page looks again by itself.
            """
        case .overloaded:
            "This is an earlier answer, because too many look-ups wait for new ones. This page looks again by itself."
        }
    }
}
