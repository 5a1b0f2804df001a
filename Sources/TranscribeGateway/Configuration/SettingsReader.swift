/// Reads one key after another. A call of `value` defines the key and returns its typed value, so
/// that neither can be forgotten: a field without a row doesn't compile.
struct SettingsReader {
    /// The names that `jobs.fields` may hold.
    let jobFields: [String]
    private let layers: ConfigurationLayers
    private(set) var definitions: [SettingDefinition] = []
    private(set) var effective: [EffectiveSetting] = []
    private(set) var problems: [ConfigurationProblem] = []

    init(_ layers: ConfigurationLayers, jobFields: [String] = []) {
        self.layers = layers
        self.jobFields = jobFields
    }

    /// The value of the highest layer that has one, else the default. A value that isn't allowed becomes a problem
    /// and the default is returned in its place, so that the remaining keys are read too.
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
        guard let (text, source) = layers.lookUp(key, isSecret: kind.isSecret) else {
            effective.append(EffectiveSetting(key: key, text: defaultText, source: .standard))
            return defaultValue
        }
        effective.append(EffectiveSetting(key: key, text: kind.isSecret ? "(secret)" : text, source: source))
        guard let value = kind.parse(text) else {
            problems.append(Self.refusal(of: text, from: source, for: setting))
            return defaultValue
        }
        return value
    }

    private static func refusal(
        of text: String, from source: SettingSource, for setting: SettingDefinition
    ) -> ConfigurationProblem {
        let (name, allowed) = (source.name(of: setting.key), setting.allowed)
        if setting.isSecret { return .secretNotAllowed(name, allowed: allowed) }
        if case .environment = source, let link = KubernetesServiceLink(name: name, value: text) {
            return .serviceLink(name, value: text, allowed: allowed, service: link.service)
        }
        return .notAllowed(name, value: text, allowed: allowed)
    }
}

/// All that is known of a key before its value is read.
struct SettingDefinition: Equatable, Sendable {
    let key: String
    /// As text, in the form a user would write it.
    let defaultText: String
    /// One line of Markdown.
    let meaning: String
    /// Words that end the sentence "… must be …".
    let allowed: String
    let isSecret: Bool
    let isList: Bool

    /// `GATEWAY_` and the key in capitals, where dots and camel humps become `_`.
    var environmentName: String {
        let words = key.map { $0.isUppercase ? "_\($0)" : $0 == "." ? "_" : $0.uppercased() }
        return "GATEWAY_" + words.joined()
    }
}

/// A key with the value that is in force, as text without secrets, and where it came from.
struct EffectiveSetting: Equatable, Sendable {
    let key: String
    let text: String
    let source: SettingSource
}

extension Sequence<EffectiveSetting> {
    /// `key = value   (source)`, one line each, in columns. Holds no secrets.
    var report: String {
        let rows = map { (key: $0.key, text: $0.text.printable, source: $0.source.description.printable) }
        let keyWidth = rows.map(\.key.count).max() ?? 0
        // A few long lists would push every source out of sight.
        let textWidth = rows.map(\.text.count).filter { $0 <= 40 }.max() ?? 0
        let lines = rows.map { row in
            "\(row.key.padded(to: keyWidth)) = \(row.text.padded(to: textWidth))   (\(row.source))"
        }
        return lines.joined(separator: "\n")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}
