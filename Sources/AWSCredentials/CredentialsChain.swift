public import Curl
public import Formats
public import SigV4
import Synchronization

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
    public func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
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

/// What each provider of a chain said, in the order in which they were asked.
public struct ChainReport: Sendable {
    /// One provider's part in the search.
    public enum Outcome: Sendable, Equatable {
        case found
        case notConfigured(reason: String)
        case failed(CredentialsError)
    }

    /// The providers that were asked, by name, and the one that yielded by that of the origin. Those after the one that
    /// decided are missing.
    public private(set) var steps: [(provider: String, outcome: Outcome)] = []
    /// What the last step found, if it did.
    public private(set) var credentials: Credentials?
    /// Where they came from.
    public private(set) var origin: CredentialsOrigin?

    /// Whether the last step was found or failed: nobody else is to be asked.
    var isDecided: Bool {
        switch steps.last?.outcome {
        case .found, .failed: true
        case .notConfigured, nil: false
        }
    }

    mutating func append(
        _ provider: String, _ outcome: Outcome, yielding credentials: Credentials? = nil,
        from origin: CredentialsOrigin? = nil
    ) {
        steps.append((provider, outcome))
        self.credentials = credentials
        self.origin = origin
    }

    /// The whole chain's answer. Without any it names each source that was tried.
    func answer() throws(CredentialsError) -> ProviderResult {
        if let credentials, let origin { return .found(credentials, from: origin) }
        if case .failed(let error) = steps.last?.outcome { throw error }
        return .notConfigured(reason: description)
    }
}

extension ChainReport: CustomStringConvertible, CustomReflectable {
    /// `environment: AWS_ACCESS_KEY_ID is not set; profile: found`.
    public var description: String {
        steps.map { "\($0.provider): \($0.outcome)" }.joined(separator: "; ")
    }

    /// The steps alone, so that `dump` shows no credentials.
    public var customMirror: Mirror { Mirror(self, children: ["steps": steps]) }
}

extension ChainReport.Outcome: CustomStringConvertible {
    /// A phrase for people.
    public var description: String {
        switch self {
        case .found: "found"
        case .notConfigured(let reason): reason
        case .failed(let error): "\(error)"
        }
    }
}

/// Which provider of a chain yielded credentials first. Safe to use from any thread.
final class ChainWinner: Sendable {
    private let place = Mutex<Int?>(nil)

    /// Its place in the chain; nil until one has yielded.
    var index: Int? {
        get { place.withLock { $0 } }
        set { place.withLock { $0 = newValue } }
    }
}
