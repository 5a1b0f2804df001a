import FoundationEssentials

/// What the user set, as text. The command line wins over the environment, and the environment over the file.
struct SettingsSources: Sendable {
    let overrides: [Override]
    let environment: [String: String]
    let file: ConfigurationFile?

    /// The command line and the environment of this process. Blocks while the file of `--config` is read.
    init(_ options: SettingsOptions) {
        self.init(
            overrides: options.overrides, environment: ProcessInfo.processInfo.environment, file: options.config)
    }

    /// - Parameter path: of the file that `--config` names. Blocks while the file is read.
    init(overrides: [Override] = [], environment: [String: String] = [:], file path: String? = nil) {
        self.overrides = overrides
        self.environment = environment
        file = path.map { ConfigurationFile(readingFrom: $0, definitions: Settings.definitions) }
    }

    /// The text of the highest source that sets the key, and that source; nil where none sets it. An empty variable counts
    /// as unset.
    func text(of setting: SettingDefinition) -> (text: String, source: SettingSource)? {
        if let override = overrides.first(where: { $0.key == setting.key }), let text = override.value {
            return (text, .option(override.option))
        }
        let variable = setting.environmentName
        if let text = environment[variable], !text.isEmpty { return (text, .environment(variable)) }
        if let file, let text = file.values[setting.key] { return (text, .file(path: file.path)) }
        return nil
    }

    /// Variables that begin with `GATEWAY_` and set no key.
    var unknownVariables: [String: String] {
        let known = Set(Settings.definitions.map(\.environmentName))
        return environment.filter { $0.key.utf8.starts(with: "GATEWAY_".utf8) && !known.contains($0.key) }
    }

    /// Mistakes on the command line itself: unknown keys, keys given twice or without a value.
    var overrideProblems: [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        var seen: [String: String] = [:]
        let keys = Settings.definitions.map(\.key)
        for override in overrides {
            if !keys.contains(override.key) {
                problems.append(.unknown(override.option, suggestion: override.key.suggestion(among: keys)))
            } else if override.value == nil {
                problems.append(.noValue(override.option))
            } else if let first = seen.updateValue(override.option, forKey: override.key) {
                problems.append(.repeated(key: override.key, places: "by \(first) and by \(override.option)"))
            }
        }
        return problems
    }
}

/// Reads one key after another. A call of `value` both defines the key and returns its typed value, so a field without a
/// definition doesn't compile.
struct SettingsReader {
    private let text: (SettingDefinition) -> (text: String, source: SettingSource)?
    private(set) var definitions: [SettingDefinition] = []
    private(set) var effective: [EffectiveSetting] = []
    private(set) var problems: [ConfigurationProblem] = []

    /// - Parameter text: the text that is set for a key, and its source; nil where the default applies.
    init(_ text: @escaping (SettingDefinition) -> (text: String, source: SettingSource)?) {
        self.text = text
    }

    /// The value that is set for a key, else the default. A value that isn't allowed becomes a problem, and the default is
    /// returned in its place so that the remaining keys are read too.
    mutating func value<Value>(
        _ key: String, _ kind: ValueKind<Value>, default defaultText: String, _ meaning: String
    ) -> Value {
        guard let defaultValue = kind.parse(defaultText) else {
            preconditionFailure("the default of \(key) is not allowed")
        }
        let setting = SettingDefinition(
            key: key, defaultText: defaultText, meaning: meaning, allowed: kind.allowed, isSecret: kind.isSecret,
            isList: kind.isList)
        definitions.append(setting)
        guard let (text, source) = text(setting) else {
            effective.append(EffectiveSetting(key: key, text: defaultText, source: .standard))
            return defaultValue
        }
        effective.append(EffectiveSetting(key: key, text: kind.isSecret ? "(secret)" : text, source: source))
        guard let value = kind.parse(text) else {
            problems.append(Self.problem(with: text, from: source, for: setting))
            return defaultValue
        }
        return value
    }

    private static func problem(
        with text: String, from source: SettingSource, for setting: SettingDefinition
    ) -> ConfigurationProblem {
        let (name, allowed) = (source.name(of: setting.key), setting.allowed)
        if setting.isSecret { return .secretNotAllowed(name, allowed: allowed) }
        if case .environment = source, let link = KubernetesServiceLink(name: name, value: text) {
            return .serviceLink(name, value: text, allowed: allowed, service: link.service)
        }
        return .notAllowed(name, value: text, allowed: allowed)
    }
}
