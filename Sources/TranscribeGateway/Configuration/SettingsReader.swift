import Formats
import FoundationEssentials
import OwnProcess

/// What the user set, as text. The command line wins over the environment, and the environment over the file.
struct SettingsSources: Sendable {
    let overrides: [Override]
    let environment: [String: String]
    let file: ConfigurationFile?
    /// Names the file where no option does, so that `health` and `check` see what `serve` sees.
    static let fileVariable = "GATEWAY_CONFIG"
    /// AWS's name for `upstream.attempts`, which counts where no source of the gateway's own sets that.
    static let attemptsVariable = "AWS_MAX_ATTEMPTS"
    private let files: [String]

    /// The command line and the environment of this process. Blocks while the configuration file is read.
    init(_ options: SettingsOptions) {
        self.init(
            overrides: options.overrides, environment: ProcessInfo.processInfo.environment, files: options.config)
    }

    /// Blocks while the configuration file is read.
    ///
    /// - Parameters:
    ///   - environment: an empty variable counts as unset.
    ///   - files: what `--config` names; given more than once, a problem.
    init(overrides: [Override] = [], environment: [String: String] = [:], files: [String] = []) {
        self.overrides = overrides
        self.environment = environment.filter { !$0.value.isEmpty }
        self.files = files
        let variable = files.isEmpty ? Self.fileVariable : nil
        file = (files.last ?? self.environment[Self.fileVariable]).map {
            ConfigurationFile(readingFrom: $0, namedBy: variable, definitions: Settings.definitions)
        }
    }

    /// The sources as they are now, where they can be read again. Blocks while the configuration file is read.
    ///
    /// - Throws: the problem of a pipe and of standard input, whose content is gone.
    static func again(overrides: [Override], files: [String]) throws(ConfigurationError) -> SettingsSources {
        let environment = ProcessInfo.processInfo.environment
        if let path = files.last ?? environment[fileVariable].flatMap({ $0.isEmpty ? nil : $0 }),
            path == "-" || !InputFile.canBeReadAgain(path)
        {
            throw ConfigurationError([.readOnce(path: path == "-" ? "standard input" : path)])
        }
        return SettingsSources(overrides: overrides, environment: environment, files: files)
    }

    /// The text of the highest source that sets the key, and that source; nil where none sets it.
    func text(of setting: SettingDefinition) -> GivenText? {
        if let override = overrides.first(where: { $0.key == setting.key }), let text = override.value {
            return (text, .option(override.option))
        }
        let variable = setting.environmentName
        if let text = environment[variable] { return (text, .environment(variable)) }
        if let file, let text = file.values[setting.key] { return (text, .file(path: file.path)) }
        if setting.key == "upstream.attempts", let text = environment[Self.attemptsVariable]?.trimmingWhitespace,
            !text.isEmpty
        {
            return (String(text), .environment(Self.attemptsVariable))
        }
        return nil
    }

    /// The variables that mean something to the gateway beside AWS's.
    static var knownVariables: [String] { Settings.definitions.map(\.environmentName) + [fileVariable] }

    /// Variables that begin with `GATEWAY_` and mean nothing.
    var unknownVariables: [String: String] {
        let known = Set(Self.knownVariables)
        return environment.filter { $0.key.utf8.starts(with: "GATEWAY_".utf8) && !known.contains($0.key) }
    }

    /// Mistakes on the command line itself: unknown keys, keys given twice or without a value.
    var overrideProblems: [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        if files.count > 1 { problems.append(.repeated(key: "--config", places: "on the command line")) }
        var seen: [String: String] = [:]
        let keys = Settings.definitions.map(\.key)
        for override in overrides {
            if !keys.contains(override.key) {
                problems.append(.unknown(override.option, suggestion: override.key.suggestion(among: keys)))
            } else if override.value == nil {
                problems.append(.noValue(override.option))
            } else if let first = seen.updateValue(override.option, forKey: override.key) {
                problems.append(.repeated(key: override.key, places: Self.places(first, override.option)))
            }
        }
        return problems.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private static func places(_ first: String, _ second: String) -> String {
        first == second ? "both times by \(first)" : "by \(first) and by \(second)"
    }
}

/// The text that is set for a key, and where.
typealias GivenText = (text: String, source: SettingSource)

/// The texts that are set, by their keys. Secrets are among them, so none is shown.
struct GivenTexts: Sendable, CustomStringConvertible, CustomReflectable {
    private var texts: [String: GivenText] = [:]

    subscript(key: String) -> GivenText? {
        get { texts[key] }
        set { texts[key] = newValue }
    }

    var description: String { "(texts)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// Reads one key after another. A call of `value` both defines the key and returns its typed value, so a field without a
/// definition doesn't compile.
struct SettingsReader {
    private let text: (SettingDefinition) -> GivenText?
    private(set) var definitions: [SettingDefinition] = []
    private(set) var effective: [EffectiveSetting] = []
    /// The texts that were set, secrets too, by their keys.
    private(set) var given = GivenTexts()
    private(set) var problems: [ConfigurationProblem] = []

    /// - Parameter text: the text that is set for a key, and its source; nil where the default applies.
    init(_ text: @escaping (SettingDefinition) -> GivenText?) {
        self.text = text
    }

    /// The value that is set for a key, else the default. A value that isn't allowed becomes a problem, and the default is
    /// returned in its place so that the remaining keys are read too.
    mutating func value<Value>(
        _ key: String, _ change: SettingChange, _ kind: ValueKind<Value>, default defaultText: String, _ meaning: String
    ) -> Value {
        guard let defaultValue = kind.parse(defaultText) else {
            preconditionFailure("the default of \(key) is not allowed")
        }
        let setting = SettingDefinition(
            key: key, change: change, defaultText: defaultText, meaning: meaning, allowed: kind.allowed,
            isSecret: kind.isSecret,
            isList: kind.isList)
        definitions.append(setting)
        given[key] = text(setting)
        guard let (text, source) = given[key] else {
            effective.append(
                EffectiveSetting(
                    key: key, text: defaultText, source: .standard, needsRestart: change.needsRestart))
            return defaultValue
        }
        effective.append(
            EffectiveSetting(
                key: key, text: kind.isSecret ? "(secret)" : text, source: source, needsRestart: change.needsRestart))
        guard let value = kind.parse(text) else {
            problems.append(Self.problem(with: text, from: source, for: setting))
            return defaultValue
        }
        return value
    }

    /// The same for a variable that is AWS's or OpenTelemetry's. What it says at the start counts.
    mutating func variable<Value>(
        _ name: String, _ kind: ValueKind<Value>, default defaultText: String, _ meaning: String
    ) -> Value {
        let value = value(
            name, .atRestart(because: "the environment of a process stays as it is"), kind, default: defaultText,
            meaning)
        effective[effective.count - 1].needsRestart = false
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
