import Configuration
import Synchronization

/// The layers in order of precedence: the first that knows a key decides.
struct ConfigurationLayers: Sendable {
    private let reader: ConfigReader
    private let recorder = LookupRecorder()
    private let sources: [@Sendable (String) -> SettingSource]

    /// The highest first; at least one.
    init(_ layers: [ConfigurationLayer]) {
        reader = ConfigReader(providers: layers.map(\.provider), accessReporter: recorder)
        sources = layers.map(\.source)
    }

    /// The text that wins and where it was found; `nil` if no layer knows the key.
    func lookUp(_ key: String, isSecret: Bool) -> (text: String, source: SettingSource)? {
        guard let text = reader.string(forKey: ConfigKey(key), isSecret: isSecret),
            let winner = recorder.winner(for: key)
        else { return nil }
        return (text, sources[winner.layer](winner.encodedKey))
    }
}

/// One place that values come from, and how a value found there is called.
struct ConfigurationLayer: Sendable {
    let provider: any ConfigProvider
    /// From the key as the provider encodes it.
    let source: @Sendable (String) -> SettingSource
}

extension ConfigurationLayer {
    /// The command line; what has no value there is left to the layers below.
    static func options(_ overrides: [Override]) -> Self {
        let names = Dictionary(overrides.map { ($0.key, $0.option) }) { first, _ in first }
        let values = overrides.compactMap { override in override.value.map { (override.key, $0) } }
        return Self(provider: provider(named: "options", values)) { .option(names[$0] ?? $0) }
    }

    /// Our own names: `GATEWAY_` and the key.
    static func environment(_ variables: [String: String]) -> Self {
        let provider = EnvironmentVariablesProvider(environmentVariables: variables)
        return Self(provider: provider.prefixKeys(with: ["gateway"])) { .environment($0) }
    }

    /// AWS's names, which are the keys themselves; an empty value counts as unset, as in the AWS SDKs.
    static func awsEnvironment(_ variables: [String: String]) -> Self {
        let variables = variables.filter { !$0.value.isEmpty }
        return Self(provider: EnvironmentVariablesProvider(environmentVariables: variables)) { .environment($0) }
    }

    static func file(_ file: ConfigurationFile) -> Self {
        let path = file.path
        return Self(provider: provider(named: "file", file.values.map { ($0, $1) })) { _ in .file(path: path) }
    }

    private static func provider(named name: String, _ values: [(String, String)]) -> InMemoryProvider {
        let pairs = values.map { key, text in
            (AbsoluteConfigKey(ConfigKey(key)), ConfigValue(.string(text), isSecret: false))
        }
        return InMemoryProvider(name: name, values: Dictionary(pairs) { first, _ in first })
    }
}

/// Remembers which layer answered for each key: the reader tells this to its reporter only.
final class LookupRecorder: AccessReporter {
    struct Winner {
        let layer: Int
        let encodedKey: String
    }

    private let winners = Mutex<[String: Winner]>([:])

    func report(_ event: AccessEvent) {
        // The reader stops at the first layer with a value, so the winner is the last one asked.
        guard let last = event.providerResults.last, case .success(let lookup) = last.result, lookup.value != nil
        else { return }
        let winner = Winner(layer: event.providerResults.count - 1, encodedKey: lookup.encodedKey)
        winners.withLock { $0[event.metadata.key.description] = winner }
    }

    func winner(for key: String) -> Winner? {
        winners.withLock { $0[key] }
    }
}
