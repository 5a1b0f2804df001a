import SigV4

/// Keys that stand in a profile.
struct StaticKeysProvider: CredentialsProvider {
    let name = "static keys"
    let credentials: Credentials

    func credentials(at now: Timestamp) -> ProviderAnswer { .found(credentials, from: CredentialsOrigin(name)) }
}
