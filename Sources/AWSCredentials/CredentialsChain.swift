public import Curl
public import SigV4

/// Providers in order: the first that yields wins, one that fails ends the search, one that is not set up is passed by.
/// From then on nobody but the winner is asked, as whoever comes after it would give somebody else's permissions. A chain
/// is a provider itself.
public struct CredentialsChain: CredentialsProvider {
    /// "chain".
    public let name = "chain"
    private let providers: [any CredentialsProvider]
    private let winner = ChainWinner()

    /// The providers in the order in which they are asked.
    public init(_ providers: [any CredentialsProvider]) {
        self.providers = providers
    }

    /// All sources of AWS: the environment, the selected profile, a web identity, a container's agent, instance
    /// metadata. (Where a profile and a web identity are both set up the profile comes first, as in AWS's newer SDKs.)
    ///
    /// `pause` waits between two attempts at a source.
    public init(
        environment: [String: String], files: FileReader, transport: any Transport,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        let variables = EnvironmentProvider(environment: environment)
        let container = ContainerProvider(environment: environment, files: files, transport: transport, pause: pause)
        let metadata = InstanceMetadataProvider(
            environment: environment,
            profile: { () throws(CredentialsError) in try ProfileSettings(environment: environment, files: files) },
            transport: transport, pause: pause)
        let named = NamedSources(environment: variables, container: container, instanceMetadata: metadata)
        self.init([
            variables,
            ProfileProvider(
                environment: environment, files: files, transport: transport, named: named, pause: pause),
            WebIdentityProvider(environment: environment, files: files, transport: transport, pause: pause),
            container, metadata,
        ])
    }

    /// The first answer that is found, else a reason that names each source tried. Throws what a broken provider threw,
    /// and `disappeared` where the winner is not set up any more.
    public func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderAnswer {
        try await report(at: now).answer()
    }

    /// Asks the providers, or the one that has won, and keeps what each one said.
    public func report(at now: Timestamp) async -> ChainReport {
        var report = ChainReport()
        if let index = winner.index {
            await report.append(providers[index], hasWon: true, at: now)
            return report
        }
        for (index, provider) in providers.enumerated() where !report.isDecided {
            await report.append(provider, hasWon: false, at: now)
            if report.credentials != nil { winner.index = index }
        }
        return report
    }
}

extension ChainReport {
    fileprivate mutating func append(
        _ provider: any CredentialsProvider, hasWon: Bool, at now: Timestamp
    ) async {
        do throws(CredentialsError) {
            switch try await provider.credentials(at: now) {
            case .found(let credentials, let origin): append(origin.name, .found, yielding: credentials, from: origin)
            case .notConfigured(let reason) where hasWon: throw .disappeared(source: provider.name, reason: reason)
            case .notConfigured(let reason): append(provider.name, .notConfigured(reason: reason))
            }
        } catch {
            append(provider.name, .failed(error))
        }
    }
}
