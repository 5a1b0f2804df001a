import Formats

/// A name that the query of a job's URL, or of several jobs, may have.
enum QueryMember: String {
    case name, fields, view, wait, format

    /// Those of `/jobs/{name}`.
    static let ofJob = [QueryMember.fields, .view, .wait, .format]
    /// Those of `/jobs/{name}/events`.
    static let ofEvents = [QueryMember.fields, .view]
    /// Those of `/jobs`.
    static let ofBatch = [QueryMember.name, .fields, .view]

    /// The member of this name, if the URL has it. An unknown one is refused: if it were ignored, a misspelt `fields` would
    /// show more than was asked for.
    init(_ name: Span<UInt8>, among known: [QueryMember]) throws(Problem) {
        guard let member = known.first(where: { name.isText($0.rawValue) }) else {
            throw .unknownMember(known, meant: name.suggestion(among: known.map(\.rawValue)))
        }
        self = member
    }

    /// For people: the name and what it holds.
    fileprivate var explanation: String {
        switch self {
        case .name: "'name' (names of jobs)"
        case .fields: "'fields' (a list of members)"
        case .view: "'view=full'"
        case .wait: "'wait' (seconds)"
        case .format: "'format' (json or html)"
        }
    }
}

/// The query of a job's URL: which members the client wants, how long it waits for a change, and as what it wants the answer.
package struct JobQuery {
    /// Members that are read. A query that has more repeats one that it may not repeat, or names too many fields.
    static let mostMembers = WantedFields.mostNames + QueryMember.ofJob.count

    let fields: JobFields
    /// In seconds; nil if the client does not say. At most a day, which is longer than any wait is allowed to be.
    let wait: Int?
    /// Nil if the client does not say.
    let representation: Representation?

    /// - Parameters:
    ///   - allowed: the members that may be seen at all. Others are refused as unknown.
    ///   - isOfEvents: whether it is the URL of a job's events.
    init(_ query: Substring, allowed: JobFields, isOfEvents: Bool) throws(Problem) {
        guard !query.isEmpty else {
            (fields, wait, representation) = (allowed.shownByDefault, nil, nil)
            return
        }
        let utf8 = query.utf8
        let bytes = utf8.span
        let known = isOfEvents ? QueryMember.ofEvents : QueryMember.ofJob
        var wanted = WantedFields(allowed: allowed)
        var (seconds, chosen): (Int?, Representation?)
        var members = ListElements(
            of: 0..<bytes.count, separatedBy: UInt8(ascii: "&"), limit: Self.mostMembers)
        while let member = members.next(in: bytes) {
            let (name, given) = bytes.divided(member, at: UInt8(ascii: "="))
            let value = given ?? member.upperBound..<member.upperBound
            switch try QueryMember(bytes.extracting(name), among: known) {
            case .wait:
                guard seconds == nil else { throw .repeated(.wait) }
                seconds = try Self.seconds(value, in: bytes)
            case .format:
                guard chosen == nil else { throw .repeated(.format) }
                chosen = try Self.representation(bytes.extracting(value))
            case .view: try wanted.addAll(view: bytes.extracting(value))
            case .fields, .name: try wanted.add(value, in: bytes)
            }
        }
        (fields, wait, representation) = (wanted.fields, seconds, chosen)
    }

    private static func seconds(_ value: Range<Int>, in bytes: Span<UInt8>) throws(Problem) -> Int {
        guard let seconds = bytes.seconds(in: value) else {
            throw .invalidQuery("'wait' is a number of whole seconds. Give one, such as 45.")
        }
        return seconds
    }

    private static func representation(_ value: Span<UInt8>) throws(Problem) -> Representation {
        guard let representation = Representation(value) else {
            throw .invalidQuery("'format' can only be 'json' or 'html'. Leave it out to have Accept decide.")
        }
        return representation
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

/// The members of a job that a query asks for: those that `fields` lists, which can be repeated as many HTTP clients do with
/// a list, or all with `view=full`.
struct WantedFields {
    /// Names that `fields` may hold: each of the job's members once and more.
    static let mostNames = 64

    /// The members that may be seen at all.
    let allowed: JobFields
    private var listed: JobFields = []
    private var count = 0
    private var hasView = false

    init(allowed: JobFields) {
        self.allowed = allowed
    }

    var fields: JobFields {
        if hasView { return allowed }
        return count > 0 ? listed : allowed.shownByDefault
    }

    /// Adds the members of one `fields`.
    mutating func add(_ list: Range<Int>, in bytes: Span<UInt8>) throws(Problem) {
        guard !hasView else { throw .repeatedView }
        var rest: Range<Int>? = list
        while let list = rest {
            let (name, others) = JobQuery.firstName(of: list, in: bytes)
            (rest, count) = (others, count + 1)
            guard count <= Self.mostNames else {
                throw .invalidQuery("'fields' may hold \(Self.mostNames) names. Name each member once.")
            }
            if !name.isEmpty { listed.insert(JobFields(try field(bytes.extracting(name)))) }
        }
        guard !listed.isEmpty else {
            throw .invalidQuery("'fields' names no member. Name some, with commas between them: \(allowed.names).")
        }
    }

    /// `view`, which can only be `full`.
    mutating func addAll(view: Span<UInt8>) throws(Problem) {
        guard view.isText("full") else {
            throw .invalidQuery("'view' can only be 'full'. Leave it out to see the usual members.")
        }
        guard !hasView, count == 0 else { throw .repeatedView }
        hasView = true
    }

    private func field(_ name: Span<UInt8>) throws(Problem) -> JobField {
        let known = JobField.allCases.filter { allowed.contains(JobFields($0)) }
        guard let field = known.first(where: { name.isText($0.rawValue) }) else {
            throw .unknownField(allowed, meant: name.suggestion(among: known.map(\.rawValue)))
        }
        return field
    }
}

extension Problem {
    /// Of a query that has more than one of them.
    static let repeatedView = invalidQuery("'fields' and 'view' exclude each other. Give one of them, and 'view' once.")

    fileprivate static func repeated(_ member: QueryMember) -> Problem {
        .invalidQuery("The query has '\(member.rawValue)' more than once. Give it once.")
    }

    /// - Parameter meant: the name that the client most likely meant.
    fileprivate static func unknownMember(_ known: [QueryMember], meant: String?) -> Problem {
        let names = known.map(\.explanation).joined(separator: ", ")
        return .invalidQuery("The query may hold \(names), and nothing else. \(advice(meant))")
    }

    fileprivate static func unknownField(_ allowed: JobFields, meant: String?) -> Problem {
        .invalidQuery(
            "'fields' names a member that a job does not have. It can name: \(allowed.names). \(advice(meant))")
    }

    private static func advice(_ meant: String?) -> String {
        meant.map { "Did you mean '\($0)'?" } ?? "Leave the other out."
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
