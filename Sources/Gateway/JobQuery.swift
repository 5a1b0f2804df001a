/// The query of a job's URL: which members the client wants.
///
/// Nothing in it is ignored: an unknown member is refused, because a misspelt `fields` would otherwise show more than was
/// asked for.
struct JobQuery {
    let fields: JobFields

    /// - Parameter allowed: the members that may be seen at all; others don't exist.
    init(_ query: Substring, allowed: JobFields) throws(Problem) {
        guard !query.isEmpty else {
            fields = .standard.intersection(allowed)
            return
        }
        var wanted: JobFields?
        for member in query.split(separator: "&", omittingEmptySubsequences: false) {
            guard wanted == nil else { throw .invalidQuery("Give one of 'fields' and 'view', once.") }
            wanted = try Self.fields(of: member, allowed: allowed)
        }
        fields = wanted ?? .standard.intersection(allowed)
    }

    private static func fields(of member: Substring, allowed: JobFields) throws(Problem) -> JobFields {
        let parts = member.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? parts[1] : ""
        switch parts[0] {
        case "fields": return try list(value, allowed: allowed)
        case "view" where value == "full": return allowed
        case "view": throw .invalidQuery("'view' can only be 'full'; without it the usual members are shown.")
        default: throw .invalidQuery("The query may hold 'fields' (a list of members) or 'view=full', nothing else.")
        }
    }

    private static func list(_ value: Substring, allowed: JobFields) throws(Problem) -> JobFields {
        var fields: JobFields = []
        for name in value.replacing("%2C", with: ",").replacing("%2c", with: ",").split(separator: ",") {
            guard let field = JobField(rawValue: String(name)), allowed.contains(JobFields(field)) else {
                throw .invalidQuery("'fields' names a member that a job does not have. It can name: \(allowed.names).")
            }
            fields.insert(JobFields(field))
        }
        guard !fields.isEmpty else {
            throw .invalidQuery("'fields' names no member. It can name: \(allowed.names), separated by commas.")
        }
        return fields
    }
}
