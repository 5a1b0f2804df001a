public import Formats
public import SigV4

/// One source of AWS credentials: the environment, a profile, a role. A new source joins the chain as one conforming
/// type ("Standardized credential providers" in the AWS SDKs and Tools Reference Guide).
public protocol CredentialsProvider: Sendable {
    /// What people call this source, for logs and reports: "environment", "profile".
    var name: String { get }

    /// Asks the source anew; nothing is cached here. Called from one task at a time by ``CredentialsRefresher``, and a
    /// provider that uses the network or another program bounds the time it takes, and ends at once when its task is
    /// cancelled.
    ///
    /// Throws when the source is configured but broken. Such a failure ends the chain: going on to the next source
    /// would answer a typing mistake with somebody else's permissions.
    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult
}

/// What a provider says when nothing is broken.
public enum ProviderResult: Sendable, Equatable {
    /// A set of credentials; its shape has not been checked yet.
    case found(Credentials, from: CredentialsOrigin)
    /// Nobody set this source up. `reason` says in words what was looked for and not found; it holds no secret.
    case notConfigured(reason: String)
}

/// Where a set of credentials came from, and what that means for its end.
public struct CredentialsOrigin: Sendable, Equatable {
    /// What people call the source: ``CredentialsProvider/name``.
    public let name: String
    /// Whether the set is used past its end while the source yields no other one ("static stability"). AWS lets the
    /// services that hand out roles extend what they gave when they cannot give anything new, and only the service
    /// that is called knows.
    public let isStaticallyStable: Bool
    /// The end that the source told, where that had passed and the set got a later one here.
    public let expiredAt: Timestamp?

    /// A source of this name, whose sets end when they say so unless told otherwise.
    public init(_ name: String, isStaticallyStable: Bool = false, expiredAt: Timestamp? = nil) {
        self.name = name
        self.isStaticallyStable = isStaticallyStable
        self.expiredAt = expiredAt
    }
}

extension Credentials {
    /// Throws unless a request could be signed with this set at `now`. Run before a new set replaces one that works.
    package func checkShape(at now: Timestamp) throws(CredentialsError) {
        if !accessKeyID.isToken { throw .malformedCredentials(.accessKeyID) }
        if !secretAccessKey.isToken { throw .malformedCredentials(.secretAccessKey) }
        if let sessionToken, !sessionToken.isToken { throw .malformedCredentials(.sessionToken) }
        if let expiration, expiration <= now { throw .expired(expiration) }
    }
}

extension String {
    /// Not empty, and visible ASCII only: two of the three parts become header values, and white space in any of them
    /// is a copying mistake that AWS would answer with a puzzling refusal.
    fileprivate var isToken: Bool {
        !isEmpty && utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
