import AWSCredentials
import Curl
import Formats
import SigV4
import UpstreamTestSupport

extension ProfileProvider {
    /// A provider that does not wait between attempts and whose named sources are not configured.
    init(
        environment: [String: String], files: FileReader, transport: any Transport = ScriptedTransport.unreachable,
        clock: AWSClock = .noon, named: NamedSources = .none
    ) {
        self.init(
            environment: environment, files: files, transport: transport, clock: clock, named: named,
            pause: { _ in })
    }
}

/// Always gives the same result.
struct FixedProvider: CredentialsProvider {
    var name = "fixed"
    let result: Result<ProviderResult, CredentialsError>

    func credentials(at now: Timestamp) async throws(CredentialsError) -> ProviderResult { try result.get() }
}

extension CredentialsChain {
    /// A chain without a network.
    convenience init(environment: [String: String], files: FileReader) {
        self.init(
            environment: environment, files: files, transport: ScriptedTransport.unreachable, clock: .noon,
            pause: { _ in })
    }
}

extension NamedSources {
    /// Sources that are not configured.
    static let none = NamedSources(
        environment: EnvironmentProvider(environment: [:]), container: EnvironmentProvider(environment: [:]),
        instanceMetadata: EnvironmentProvider(environment: [:]))
}

extension ScriptedTransport {
    /// No connection can be made.
    static var unreachable: ScriptedTransport { ScriptedTransport(.failure(.couldNotConnect)) }
}
