public import SigV4

/// What a provider says when nothing is broken.
public enum ProviderAnswer: Sendable, Equatable {
    /// A set of credentials; its shape has not been checked yet.
    case found(Credentials, from: CredentialsOrigin)
    /// Nobody set this source up. `reason` says in words what was looked for and not found; it holds no secret.
    case notConfigured(reason: String)
}
