/// There are no credentials to sign with.
public struct CredentialsUnavailable: Error, Hashable, Sendable {
    /// Why, in words for the operator. It holds no secret.
    public let reason: String

    public init(reason: String) {
        self.reason = reason
    }
}
