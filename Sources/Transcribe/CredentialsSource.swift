public import SigV4

/// Where the client finds the credentials to sign with. Both functions can be called from any task, at once, and answer
/// or throw by the deadline.
public protocol CredentialsSource: Sendable {
    /// The credentials to use now. It should answer at once while they are good: it is asked for every attempt.
    func current(by deadline: ContinuousClock.Instant) async throws(CredentialsUnavailable) -> Credentials

    /// Other credentials than these, which AWS has rejected: forces one refresh, shared by all who ask meanwhile. If it
    /// brings the same ones again, they are the answer.
    func replacement(
        for rejected: Credentials, by deadline: ContinuousClock.Instant
    ) async throws(CredentialsUnavailable) -> Credentials
}
