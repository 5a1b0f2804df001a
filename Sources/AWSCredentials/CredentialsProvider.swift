import Curl
public import Formats
public import SigV4

/// One source of AWS credentials: the environment, a profile, a role. A new source joins the chain as one conforming
/// type ("Standardized credential providers" in the AWS SDKs and Tools Reference Guide).
public protocol CredentialsProvider: Sendable {
    /// The source's name in logs and reports: "environment", "profile".
    var name: String { get }

    /// Asks the source; nothing is cached here. ``CredentialsRefresher`` calls it from one task at a time. A provider
    /// that uses the network or another program bounds the time it takes, and ends at once when its task is cancelled.
    ///
    /// Throws where the source is configured but broken. Such an error ends the chain's search: to go on with the next
    /// source would answer a typing mistake with the permissions of another identity.
    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult
}

/// What a provider returns where nothing is broken.
public enum ProviderResult: Sendable, Equatable {
    /// A set of credentials whose shape has not been checked.
    case found(Credentials, from: CredentialsOrigin)
    /// The source is not set up. `reason` says in words what is missing; it holds no secret.
    case notConfigured(reason: String)
    /// The source is not there, and may appear by itself: instance metadata that is silent, or has no role yet.
    case notYet(reason: String)
}

/// Where a set of credentials came from, and what that means for its expiration.
public struct CredentialsOrigin: Sendable, Equatable {
    /// The source's name: ``CredentialsProvider/name``.
    public let name: String
    /// Whether the set is used past its expiration while the source yields no other one ("static stability"). Services
    /// that give a role's credentials may extend the old ones when they cannot give new ones, and only the service that
    /// is called knows.
    public let isStaticallyStable: Bool
    /// The expiration that the source told, where it had passed and this process set a later one.
    public let expiredAt: Timestamp?

    /// An origin of this name, whose sets expire when they say so unless told otherwise.
    public init(_ name: String, isStaticallyStable: Bool = false, expiredAt: Timestamp? = nil) {
        self.name = name
        self.isStaticallyStable = isStaticallyStable
        self.expiredAt = expiredAt
    }
}

extension Credentials {
    /// Throws unless a request could be signed with this set at `now`. Called before a set replaces one that works.
    package func checkShape(at now: Timestamp) throws(CredentialsError) {
        try checkParts()
        if let expiration, hasExpired(at: now) { throw .expired(expiration) }
    }

    /// Throws unless a request could be signed with this set before it expires.
    func checkParts() throws(CredentialsError) {
        if !accessKeyID.isVisibleASCII { throw .malformedCredentials(.accessKeyID) }
        if accessKeyID.utf8.contains(where: Self.separators.contains) { throw .separatorInAccessKeyID }
        if !secretAccessKey.isVisibleASCII { throw .malformedCredentials(.secretAccessKey) }
        if let sessionToken, !sessionToken.isVisibleASCII { throw .malformedCredentials(.sessionToken) }
    }

    /// What ends the access key ID in the `Authorization` field. AWS would answer that the signature is incomplete.
    private static let separators = ASCIISet("/,")
}

extension String {
    /// Not empty, and visible ASCII only. Keys and tokens become header values, and AWS answers white space in them with
    /// an error that does not name it.
    var isVisibleASCII: Bool {
        !isEmpty && hasOnly { (0x21...0x7E).contains($0) }
    }
}

/// What a provider reads and calls.
struct ProviderResources: Sendable {
    let environment: EnvironmentVariables
    let files: FileReader
    let transport: any Transport
    /// Waits between two attempts.
    let pause: @Sendable (Duration) async -> Void
}
