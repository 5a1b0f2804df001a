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

/// What is known of a key before its value is read.
struct SettingDefinition: Equatable, Sendable {
    let key: String
    /// As text, in the form that a user would write.
    let defaultText: String
    /// One line of Markdown.
    let meaning: String
    /// Ends the sentence "… must be …".
    let allowed: String
    let isSecret: Bool
    /// Whether a JSON array of texts may stand for the value.
    let isList: Bool

    /// `GATEWAY_` and the key in capitals, where dots and camel humps become `_`.
    var environmentName: String {
        let parts = key.map { $0.isUppercase ? "_\($0)" : $0 == "." ? "_" : $0.uppercased() }
        return "GATEWAY_" + parts.joined()
    }
}

/// A key with the text of the value in force, without secrets, and its source.
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
        // Without this limit one long list would move the sources of all keys far to the right.
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
