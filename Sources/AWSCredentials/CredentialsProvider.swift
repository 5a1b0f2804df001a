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
    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderAnswer
}
