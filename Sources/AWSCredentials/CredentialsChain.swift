public import SigV4

/// Providers in order: the first that yields wins, one that fails ends the search, one that is not set up is passed by.
/// A chain is a provider itself.
public struct CredentialsChain: CredentialsProvider {
    /// "chain".
    public let name = "chain"
    private let providers: [any CredentialsProvider]

    /// The providers in the order in which they are asked.
    public init(_ providers: [any CredentialsProvider]) {
        self.providers = providers
    }

    /// The environment, then the selected profile.
    public init(environment: [String: String], files: FileReader) {
        self.init([
            EnvironmentProvider(environment: environment), ProfileProvider(environment: environment, files: files),
        ])
    }

    /// The first answer that is found, else a reason that names each source tried. Throws what a broken provider threw.
    public func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderAnswer {
        try await report(at: now).answer()
    }

    /// Asks the providers and keeps what each one said.
    public func report(at now: Timestamp) async -> ChainReport {
        var report = ChainReport()
        for provider in providers where !report.isDecided {
            await report.append(provider, at: now)
        }
        return report
    }
}

extension ChainReport {
    fileprivate mutating func append(_ provider: any CredentialsProvider, at now: Timestamp) async {
        do throws(CredentialsError) {
            switch try await provider.credentials(at: now) {
            case .found(let credentials, let origin): append(provider.name, .found, yielding: credentials, from: origin)
            case .notConfigured(let reason): append(provider.name, .notConfigured(reason: reason))
            }
        } catch {
            append(provider.name, .failed(error))
        }
    }
}
