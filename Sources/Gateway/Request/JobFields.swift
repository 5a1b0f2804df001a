/// A member of a job as this API names it, in the order in which members are written.
public enum JobField: String, CaseIterable, Sendable {
    case name, status, done, createdAt, startedAt, completedAt, transcriptUri, failureReason
    case languageCode, mediaFormat, mediaSampleRateHertz, mediaUri, redactedMediaUri, settings, specialty, type
    case contentIdentificationType, tags
}

/// A set of job members: those that a client asks for, an operator allows, or a representation shows.
public struct JobFields: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public init(_ fields: some Sequence<JobField>) {
        self.init(fields.map(JobFields.init))
    }

    public init(_ field: JobField) {
        rawValue = 1 << UInt32(JobField.allCases.firstIndex(of: field) ?? 0)
    }

    /// Every documented member (`?view=full`).
    public static let full = JobFields(JobField.allCases)
    /// The members that an app needs to follow a job: the default.
    public static let standard = JobFields([
        JobField.name, .status, .done, .createdAt, .startedAt, .completedAt, .transcriptUri, .failureReason,
    ])

    /// Those of them that are shown without a query.
    var shownByDefault: JobFields { intersection(.standard) }

    /// The members' names in the order of the schema, for people.
    var names: String {
        JobField.allCases.filter { contains(JobFields($0)) }.map(\.rawValue).joined(separator: ", ")
    }
}
