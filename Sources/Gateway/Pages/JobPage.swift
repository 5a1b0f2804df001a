import Formats
import Transcribe

extension Page {
    /// A job for people: its status, then every member that has a value and may be seen.
    ///
    /// - Parameter updates: of the page of a running job.
    init(_ job: Job, name: JobName, fields: JobFields, updates: Updates?) {
        title = name.text
        self.updates = updates
        let status = job.status?.rawValue
        let badge = status.map { HTML.element("p", ["class": "status \(Self.mood(of: job))"], .text($0)) }
        let rows = JobField.allCases
            .filter { fields.contains(JobFields($0)) && $0 != .name && $0 != .status }
            .compactMap { field in Self.value(of: field, in: job).map { Self.row(field.label, $0) } }
        let note =
            job.isFinished ? nil : HTML.element("p", ["class": "note"], .text("This page follows the job by itself."))
        content = [badge, .element("dl", [:], rows.flatMap { $0 }), note].compactMap { $0 }
    }

    private static func mood(of job: Job) -> String {
        switch job.status?.rawValue {
        case "COMPLETED": "good"
        case "FAILED": "bad"
        default: "busy"
        }
    }

    private static func row(_ label: String, _ value: HTML) -> [HTML] {
        [.element("dt", [:], .text(label)), .element("dd", [:], value)]
    }

    private static func value(of field: JobField, in job: Job) -> HTML? {
        switch field {
        // The status says it.
        case .name, .status, .done: nil
        case .createdAt: job.createdAt.map { time($0.rfc3339) }
        case .startedAt: job.startedAt.map { time($0.rfc3339) }
        case .completedAt: job.completedAt.map { time($0.rfc3339) }
        case .transcriptUri: job.transcriptURI.map(link)
        case .failureReason: job.failureReason.map(HTML.text)
        case .languageCode: job.languageCode.map { .text($0.rawValue) }
        case .mediaFormat: job.mediaFormat.map { .text($0.rawValue) }
        case .mediaSampleRateHertz: job.mediaSampleRateHertz.map { .text("\($0) Hz") }
        case .mediaUri: job.mediaURI.map(HTML.text)
        case .redactedMediaUri: job.redactedMediaURI.map(HTML.text)
        case .settings: job.settings?.summary.map(HTML.text)
        case .specialty: job.specialty.map { .text($0.rawValue) }
        case .type: job.type.map { .text($0.rawValue) }
        case .contentIdentificationType: job.contentIdentificationType.map { .text($0.rawValue) }
        case .tags: job.tags.map { .text($0.map { "\($0.key): \($0.value)" }.joined(separator: ", ")) }
        }
    }

    private static func time(_ text: String) -> HTML {
        .element("time", ["datetime": text], .text(text))
    }

    /// A link if the scheme is https; any other URI stays text.
    private static func link(_ uri: String) -> HTML {
        guard uri.utf8.starts(with: "https://".utf8) else { return .text(uri) }
        return .element("a", ["href": uri, "rel": "noreferrer noopener"], .text(uri))
    }
}

extension JobField {
    /// The member's name for people.
    fileprivate var label: String {
        switch self {
        case .name: "Name"
        case .status: "Status"
        case .done: "Has ended"
        case .createdAt: "Created"
        case .startedAt: "Started"
        case .completedAt: "Completed"
        case .transcriptUri: "Transcript"
        case .failureReason: "Reason of the failure"
        case .languageCode: "Language"
        case .mediaFormat: "Format"
        case .mediaSampleRateHertz: "Sample rate"
        case .mediaUri: "Recording"
        case .redactedMediaUri: "Redacted recording"
        case .settings: "Settings"
        case .specialty: "Specialty"
        case .type: "Type"
        case .contentIdentificationType: "Content identification"
        case .tags: "Tags"
        }
    }
}

extension Job.Settings {
    /// The settings as text, or nil if none is set.
    fileprivate var summary: String? {
        let parts = [
            channelIdentification.map { "channels \($0 ? "identified" : "not identified")" },
            maxAlternatives.map { "at most \($0) alternatives" },
            maxSpeakerLabels.map { "at most \($0) speakers" },
            showAlternatives.map { "alternatives \($0 ? "shown" : "not shown")" },
            showSpeakerLabels.map { "speakers \($0 ? "labelled" : "not labelled")" },
            vocabularyName.map { "vocabulary \($0)" },
        ].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
