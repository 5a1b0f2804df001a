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
