public import SigV4

/// How a refresh ended. Says no secret.
public enum RefreshEvent: Sendable, Equatable {
    /// A new set is in use; `expiration` is nil for one that does not end by itself.
    case refreshed(expiration: Timestamp?, from: CredentialsOrigin)
    /// No usable set came. The old one, which ends (or ended) at `expiration`, stays in use.
    case kept(expiration: Timestamp?, because: CredentialsError)
    /// No usable set came, and there is none to go on with.
    case failed(CredentialsError)
}
