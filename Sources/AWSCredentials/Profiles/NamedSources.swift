/// The sources that a profile's `credential_source` may name.
public struct NamedSources: Sendable {
    private let environment: any CredentialsProvider
    private let container: any CredentialsProvider
    private let instanceMetadata: any CredentialsProvider

    /// One provider for each word that `credential_source` may be: `Environment`, `EcsContainer`, `Ec2InstanceMetadata`.
    public init(
        environment: any CredentialsProvider, container: any CredentialsProvider,
        instanceMetadata: any CredentialsProvider
    ) {
        self.environment = environment
        self.container = container
        self.instanceMetadata = instanceMetadata
    }

    subscript(source: CredentialSource) -> any CredentialsProvider {
        switch source {
        case .environment: environment
        case .container: container
        case .instanceMetadata: instanceMetadata
        }
    }
}
