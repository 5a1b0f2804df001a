/// The condition `If-None-Match` (RFC 9110 §13.1.2): a list of entity tags, or `*`.
struct IfNoneMatch {
    private let value: String

    init?(_ value: String?) {
        guard let value else { return nil }
        self.value = value
    }

    /// Whether the client has this representation already. Tags are compared weakly: a `W/` in front counts for nothing.
    func matches(_ eTag: String) -> Bool {
        // Most clients send back the one tag that they got.
        guard value != eTag, value != "*" else { return true }
        var rest = value[...]
        while let tag = Self.nextTag(in: &rest) {
            if tag == eTag { return true }
        }
        return false
    }

    /// The next quoted tag; a comma inside it does not end it. Nil at the end and where the list is broken.
    private static func nextTag(in rest: inout Substring) -> Substring? {
        guard let start = rest.firstIndex(of: "\"") else { return nil }
        guard let end = rest[rest.index(after: start)...].firstIndex(of: "\"") else { return nil }
        defer { rest = rest[rest.index(after: end)...] }
        return rest[start...end]
    }
}
