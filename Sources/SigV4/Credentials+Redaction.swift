extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The last four characters of the key id, whether there is a token, and the end: enough to tell two sets apart.
    public var description: String {
        let kind = sessionToken == nil ? "no session token" : "with session token"
        return "Credentials(\(shortKeyID), \(kind), \(expiration.map { "until \($0)" } ?? "no expiration"))"
    }

    /// The same as ``description``: debugging output ends in logs too.
    public var debugDescription: String { description }

    /// What ``description`` says, as children.
    public var customMirror: Mirror {
        Mirror(self, children: ["accessKeyID": shortKeyID, "expiration": expiration as Any], displayStyle: .struct)
    }

    private var shortKeyID: String { "…" + accessKeyID.suffix(4) }
}
