public import Curl
public import Formats
public import SigV4
import Synchronization

/// Asks providers in order and selects the first that yields credentials. A provider that fails ends the search; one
/// that is not configured is passed by.
///
/// From then on only the selected provider is asked, because a later one would give the permissions of another identity.
/// A chain is a provider itself.
public final class CredentialsChain: CredentialsProvider {
    /// "chain".
    public let name = "chain"
    private let providers: [any CredentialsProvider]
    /// The index of the provider that first yielded credentials; nil until one has.
    private let selected = Mutex<Int?>(nil)

    /// A chain that asks the providers in this order.
    public init(_ providers: [any CredentialsProvider]) {
        self.providers = providers
    }

    /// All sources of AWS: the environment, the selected profile, a web identity, a container's agent, instance
    /// metadata. (Where a profile and a web identity are both set up the profile comes first, as in AWS's newer SDKs. A named
    /// profile that assumes a role with the environment's keys comes before the environment.)
    ///
    /// `clock` learns from the responses of AWS's services; `pause` waits between two attempts at a source.
    public convenience init(
        environment: [String: String], files: FileReader, transport: any Transport, clock: AWSClock,
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
            DirectEnvironmentProvider(variables, environment: environment, files: files),
            ProfileProvider(
                environment: environment, files: files, transport: transport, clock: clock, named: named,
                pause: pause),
            WebIdentityProvider(
                environment: environment, files: files, transport: transport, clock: clock, pause: pause),
            container, metadata,
        ])
    }

    /// The first set that is found, otherwise a reason that names each source asked. Throws the error of a provider that
    /// fails, and `disappeared` where the selected provider is not configured any more.
    public func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult {
        let report = await report(at: now)
        if let credentials = report.credentials, let origin = report.origin { return .found(credentials, from: origin) }
        if case .failed(let error) = report.steps.last?.outcome { throw error }
        return report.mayAppear ? .notYet(reason: report.description) : .notConfigured(reason: report.description)
    }

    /// Asks the providers, or only the selected one, and keeps the outcome of each.
    public func report(at now: Timestamp) async -> ChainReport {
        var report = ChainReport()
        if let index = selected.withLock({ $0 }) {
            await report.ask(providers[index], isSelected: true, at: now)
            return report
        }
        for (index, provider) in providers.enumerated() where !report.isDecided {
            await report.ask(provider, isSelected: false, at: now)
            if report.credentials != nil { selected.withLock { $0 = index } }
        }
        return report
    }
}

/// The outcome of each provider of a chain, in the order in which they were asked.
public struct ChainReport: Sendable {
    /// How asking one provider ended.
    public enum Outcome: Sendable, Equatable {
        case found
        case notConfigured(reason: String)
        case failed(CredentialsError)
    }

    /// The providers that were asked, by name; the one that found credentials by the name of their origin. The
    /// providers after the last step were not asked.
    public private(set) var steps: [(provider: String, outcome: Outcome)] = []
    /// What the last step found, if it did.
    public private(set) var credentials: Credentials?
    /// Where they came from.
    public private(set) var origin: CredentialsOrigin?
    /// Whether a source that is not there may appear by itself.
    public private(set) var mayAppear = false

    /// Whether the last step found credentials or failed: no other provider is asked.
    fileprivate var isDecided: Bool {
        switch steps.last?.outcome {
        case .found, .failed: true
        case .notConfigured, nil: false
        }
    }

    fileprivate mutating func ask(_ provider: any CredentialsProvider, isSelected: Bool, at now: Timestamp) async {
        do throws(CredentialsError) {
            switch try await provider.credentials(at: now) {
            case .found(let credentials, let origin):
                steps.append((origin.name, .found))
                (self.credentials, self.origin) = (credentials, origin)
            case .notConfigured(let reason) where isSelected, .notYet(let reason) where isSelected:
                throw .disappeared(source: provider.name, reason: reason)
            case .notConfigured(let reason): steps.append((provider.name, .notConfigured(reason: reason)))
            case .notYet(let reason):
                steps.append((provider.name, .notConfigured(reason: reason)))
                mayAppear = true
            }
        } catch {
            steps.append((provider.name, .failed(error)))
        }
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
