/// The query of a job's URL: which members the client wants, and how long it waits for a change.
///
/// An unknown member is refused: if it were ignored, a misspelt `fields` would show more than was asked for.
package struct JobQuery {
    /// Names that `fields` may hold: each of the job's members once and more.
    private static let mostNames = 64

    let fields: JobFields
    /// In seconds; nil if the client does not say. At most a day, which is longer than any wait is allowed to be.
    let wait: Int?

    /// - Parameters:
    ///   - allowed: the members that may be seen at all. Others are refused as unknown.
    ///   - mayWait: whether the URL takes `wait`.
    init(_ query: Substring, allowed: JobFields, mayWait: Bool) throws(Problem) {
        guard !query.isEmpty else {
            (fields, wait) = (allowed.shownByDefault, nil)
            return
        }
        let utf8 = query.utf8
        let bytes = utf8.span
        var (wanted, seconds): (JobFields?, Int?)
        var members = ListElements(of: 0..<bytes.count, separatedBy: UInt8(ascii: "&"), limit: 3)
        while let member = members.next(in: bytes) {
            let (name, value) = bytes.divided(member, at: UInt8(ascii: "="))
            if mayWait, bytes.extracting(name).isText("wait") {
                guard seconds == nil else { throw .invalidQuery("Give 'wait' once.") }
                seconds = try Self.seconds(value ?? member.upperBound..<member.upperBound, in: bytes)
            } else {
                let read = try Self.fields(
                    of: member, in: bytes, allowed: allowed, beside: mayWait ? " and 'wait' (seconds)" : "")
                guard wanted == nil else { throw .repeatedView }
                wanted = read
            }
        }
        (fields, wait) = (wanted ?? allowed.shownByDefault, seconds)
    }

    /// The members that `fields` or `view` asks for.
    ///
    /// - Parameters:
    ///   - member: the place of the name and the value in the query.
    ///   - others: what else the query may hold, for people.
    static func fields(
        of member: Range<Int>, in bytes: Span<UInt8>, allowed: JobFields, beside others: String = ""
    ) throws(Problem) -> JobFields {
        let (name, value) = bytes.divided(member, at: UInt8(ascii: "="))
        if bytes.extracting(name).isText("fields") {
            return try list(value ?? member.upperBound..<member.upperBound, in: bytes, allowed: allowed)
        }
        guard bytes.extracting(name).isText("view") else {
            throw .invalidQuery(
                "The query may hold 'fields' (a list of members) or 'view=full'\(others), nothing else.")
        }
        guard let value, bytes.extracting(value).isText("full") else {
            throw .invalidQuery("'view' can only be 'full'; without it the usual members are shown.")
        }
        return allowed
    }

    private static func seconds(_ value: Range<Int>, in bytes: Span<UInt8>) throws(Problem) -> Int {
        guard let seconds = bytes.seconds(in: value) else {
            throw .invalidQuery("'wait' is a number of whole seconds, such as 45.")
        }
        return seconds
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
