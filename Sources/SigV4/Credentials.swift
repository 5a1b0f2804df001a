public import Formats

/// An AWS access key, with the session token that belongs to it if it is temporary.
///
/// The parts are one value, so that a signature can't mix the key of one set with the token of another. Printing or
/// reflecting it never shows the secret or the token.
public struct Credentials: Sendable, Equatable {
    /// The public half of the key. The service finds the secret by it.
    public let accessKeyID: String
    /// The private half. It never leaves the process.
    public let secretAccessKey: String
    /// Sent and signed as `X-Amz-Security-Token`. Nil for the long-lived key of a user.
    public let sessionToken: String?
    /// When the set stops working. Nil if it has no end.
    public let expiration: Timestamp?

    /// A set of credentials as its source gave them. Nothing is checked.
    public init(
        accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Timestamp? = nil
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }
}

extension Credentials {
    /// Whether the set has stopped working; false for one without an end.
    package func hasExpired(at now: Timestamp) -> Bool { expiration.map { $0 <= now } ?? false }

    /// Whether both sets make the same signatures. The expiration is left out: a source may extend the same keys.
    package func hasSameKeys(as other: Credentials) -> Bool {
        accessKeyID == other.accessKeyID && secretAccessKey == other.secretAccessKey
            && sessionToken == other.sessionToken
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The last four characters of the key ID, whether there is a token, and the expiration.
    public var description: String {
        let kind = sessionToken == nil ? "no session token" : "with session token"
        return "Credentials(\(shortKeyID), \(kind), \(expiration.map { "until \($0)" } ?? "no expiration"))"
    }

    /// The same as ``description``, because debugging output gets into logs too.
    public var debugDescription: String { description }

    /// The parts of ``description`` as children.
    public var customMirror: Mirror {
        Mirror(self, children: ["accessKeyID": shortKeyID, "expiration": expiration as Any], displayStyle: .struct)
    }

    private var shortKeyID: String { "…" + String(decoding: accessKeyID.utf8.suffix(4), as: UTF8.self) }
}

/// Where a client gets the credentials to sign with. Both functions may be called from any task, and return or throw by
/// the deadline.
public protocol CredentialsSource: Sendable {
    /// The credentials to use now. Called for every attempt, so it should return at once while they are good.
    func current(by deadline: ContinuousClock.Instant) async throws(CredentialsUnavailable) -> Credentials

    /// Other credentials than these, which AWS has rejected. It makes one refresh, shared by all callers. Where that
    /// brings the same credentials again, it may return them or throw.
    func replacement(
        for rejected: Credentials, by deadline: ContinuousClock.Instant
    ) async throws(CredentialsUnavailable) -> Credentials
}

/// There are no credentials to sign with.
public struct CredentialsUnavailable: Error, Hashable, Sendable {
    /// Why, in words for the operator. It holds no secret.
    public let reason: String

    /// An error with this reason.
    public init(reason: String) {
        self.reason = reason
    }
}

extension CredentialsUnavailable: CustomStringConvertible {
    /// The reason.
    public var description: String { reason }
}
