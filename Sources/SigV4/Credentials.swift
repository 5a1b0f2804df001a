public import Formats

/// An AWS access key, with the session token that belongs to it if it is temporary.
///
/// One value, so that a signature can't mix the key of one set with the token of another. Printing or reflecting it
/// never shows the secret or the token.
public struct Credentials: Sendable, Equatable {
    /// The public half of the key: which key signed.
    public let accessKeyID: String
    /// The private half; it never leaves the process.
    public let secretAccessKey: String
    /// Sent along and signed as `X-Amz-Security-Token`; nil for the long-lived key of a user.
    public let sessionToken: String?
    /// When the set stops working; nil if it has no end.
    public let expiration: Timestamp?
    /// The AWS account of the key, where the source tells it.
    public let accountID: String?

    /// A set of credentials exactly as its source gave them.
    public init(
        accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil,
        expiration: Timestamp? = nil, accountID: String? = nil
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
        self.accountID = accountID
    }
}

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
