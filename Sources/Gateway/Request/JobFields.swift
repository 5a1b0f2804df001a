/// A member of a job as this API names it, in the order in which members are written.
public enum JobField: String, CaseIterable, Sendable {
    case name, status, createdAt, startedAt, completedAt, transcriptUri, failureReason
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
        JobField.name, .status, .createdAt, .startedAt, .completedAt, .transcriptUri, .failureReason,
    ])

    /// Those of them that are shown without a query.
    var shownByDefault: JobFields { intersection(.standard) }

    /// The members' names in the order of the schema, for people.
    var names: String {
        JobField.allCases.filter { contains(JobFields($0)) }.map(\.rawValue).joined(separator: ", ")
    }
}

/// The query of a job's URL: which members the client wants.
///
/// An unknown member is refused: if it were ignored, a misspelt `fields` would show more than was asked for.
struct JobQuery {
    let fields: JobFields

    /// - Parameter allowed: the members that may be seen at all. Others are refused as unknown.
    init(_ query: Substring, allowed: JobFields) throws(Problem) {
        guard !query.isEmpty else {
            fields = allowed.shownByDefault
            return
        }
        var wanted: JobFields?
        for member in query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
            guard wanted == nil else { throw .invalidQuery("Give one of 'fields' and 'view', once.") }
            wanted = try Self.fields(of: member, allowed: allowed)
        }
        fields = wanted ?? allowed.shownByDefault
    }

    private static func fields(of member: Substring.UTF8View, allowed: JobFields) throws(Problem) -> JobFields {
        let (name, value) = member.divided(at: UInt8(ascii: "="))
        if name.elementsEqual("fields".utf8) { return try list(value ?? name[name.endIndex...], allowed: allowed) }
        guard name.elementsEqual("view".utf8) else {
            throw .invalidQuery("The query may hold 'fields' (a list of members) or 'view=full', nothing else.")
        }
        guard let value, value.elementsEqual("full".utf8) else {
            throw .invalidQuery("'view' can only be 'full'; without it the usual members are shown.")
        }
        return allowed
    }

    private static func list(_ value: Substring.UTF8View, allowed: JobFields) throws(Problem) -> JobFields {
        var fields: JobFields = []
        for name in percentDecodedCommas(value).split(separator: UInt8(ascii: ",")) {
            let field = JobField.allCases.first { $0.rawValue.utf8.elementsEqual(name) }
            guard let field, allowed.contains(JobFields(field)) else {
                throw .invalidQuery("'fields' names a member that a job does not have. It can name: \(allowed.names).")
            }
            fields.insert(JobFields(field))
        }
        guard !fields.isEmpty else {
            throw .invalidQuery("'fields' names no member. It can name: \(allowed.names), separated by commas.")
        }
        return fields
    }

    /// The bytes with `%2C` as the comma that it stands for: some clients encode it. No other encoding is undone.
    private static func percentDecodedCommas(_ value: Substring.UTF8View) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = value
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%"), rest.prefix(2).isWord("2c") else {
                decoded.append(byte)
                continue
            }
            decoded.append(UInt8(ascii: ","))
            rest.removeFirst(2)
        }
        return decoded
    }
}
