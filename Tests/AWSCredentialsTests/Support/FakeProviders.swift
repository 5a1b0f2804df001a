import AWSCredentials
import Curl
import UpstreamTestSupport

extension ProfileProvider {
    /// A provider of which nobody waits between attempts and whose named sources hold nothing.
    init(
        environment: [String: String], files: FileReader, transport: any Transport = ScriptedTransport.nobody,
        named: NamedSources = .none
    ) {
        self.init(environment: environment, files: files, transport: transport, named: named, pause: { _ in })
    }
}

extension CredentialsChain {
    /// A chain that reaches nobody.
    init(environment: [String: String], files: FileReader) {
        self.init(
            environment: environment, files: files, transport: ScriptedTransport.nobody, pause: { _ in })
    }
}

extension NamedSources {
    /// Sources that are not set up.
    static let none = NamedSources(
        environment: EnvironmentProvider(environment: [:]), container: EnvironmentProvider(environment: [:]),
        instanceMetadata: EnvironmentProvider(environment: [:]))
}

extension ScriptedTransport {
    /// Nobody is there.
    static var nobody: ScriptedTransport { ScriptedTransport(.failure(.couldNotConnect)) }
}
