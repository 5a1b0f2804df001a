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

/// The query of a job's URL: which members the client wants.
///
/// An unknown member is refused: if it were ignored, a misspelt `fields` would show more than was asked for.
struct JobQuery {
    /// Names that `fields` may hold: each of the job's members once and more.
    private static let mostNames = 64

    let fields: JobFields

    /// - Parameter allowed: the members that may be seen at all. Others are refused as unknown.
    init(_ query: Substring, allowed: JobFields) throws(Problem) {
        guard !query.isEmpty else {
            fields = allowed.shownByDefault
            return
        }
        let utf8 = query.utf8
        let bytes = utf8.span
        let (member, others) = bytes.divided(0..<bytes.count, at: UInt8(ascii: "&"))
        let wanted = try Self.fields(of: member, in: bytes, allowed: allowed)
        guard others == nil else { throw .repeatedView }
        fields = wanted
    }

    /// The members that `fields` or `view` asks for.
    ///
    /// - Parameter member: the place of the name and the value in the query.
    static func fields(
        of member: Range<Int>, in bytes: Span<UInt8>, allowed: JobFields
    ) throws(Problem) -> JobFields {
        let (name, value) = bytes.divided(member, at: UInt8(ascii: "="))
        if bytes.extracting(name).isText("fields") {
            return try list(value ?? member.upperBound..<member.upperBound, in: bytes, allowed: allowed)
        }
        guard bytes.extracting(name).isText("view") else {
            throw .invalidQuery("The query may hold 'fields' (a list of members) or 'view=full', nothing else.")
        }
        guard let value, bytes.extracting(value).isText("full") else {
            throw .invalidQuery("'view' can only be 'full'; without it the usual members are shown.")
        }
        return allowed
    }

    private static func list(
        _ value: Range<Int>, in bytes: Span<UInt8>, allowed: JobFields
    ) throws(Problem) -> JobFields {
        var fields: JobFields = []
        var (rest, count): (Range<Int>?, Int) = (value, 0)
        while let list = rest {
            let (name, others) = firstName(of: list, in: bytes)
            (rest, count) = (others, count + 1)
            guard count <= mostNames else { throw .invalidQuery("'fields' may hold \(mostNames) names.") }
            guard !name.isEmpty else { continue }
            guard let field = JobField(bytes.extracting(name)), allowed.contains(JobFields(field)) else {
                throw .invalidQuery("'fields' names a member that a job does not have. It can name: \(allowed.names).")
            }
            fields.insert(JobFields(field))
        }
        guard !fields.isEmpty else {
            throw .invalidQuery("'fields' names no member. It can name: \(allowed.names), separated by commas.")
        }
        return fields
    }

    /// The first name of a list and the names after its comma, which some clients write as `%2C`. No other encoding is
    /// undone.
    static func firstName(of list: Range<Int>, in bytes: Span<UInt8>) -> (Range<Int>, Range<Int>?) {
        for place in list {
            if bytes[place] == UInt8(ascii: ",") { return (list.lowerBound..<place, place + 1..<list.upperBound) }
            if bytes[place] == UInt8(ascii: "%"), place + 3 <= list.upperBound,
                bytes.isWord("2c", at: place + 1..<place + 3)
            {
                return (list.lowerBound..<place, place + 3..<list.upperBound)
            }
        }
        return (list, nil)
    }
}

extension Problem {
    /// Of a query that has more than one of them.
    static let repeatedView = invalidQuery("Give one of 'fields' and 'view', once.")
}

extension JobField {
    /// The member of this name.
    fileprivate init?(_ name: Span<UInt8>) {
        guard let field = Self.allCases.first(where: { name.isText($0.rawValue) }) else { return nil }
        self = field
    }
}

extension Span<UInt8> {
    /// Whether the bytes are those of the text.
    func isText(_ text: String) -> Bool {
        let utf8 = text.utf8
        let others = utf8.span
        guard others.count == count else { return false }
        for index in indices where self[index] != others[index] { return false }
        return true
    }
}
