import Configuration

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
