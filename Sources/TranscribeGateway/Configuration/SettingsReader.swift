/// Reads one key after another. A call of `value` is the key's row in the catalogue and its typed value at once, so
/// that neither can be forgotten: a field without a row doesn't compile.
struct SettingsReader {
    /// The names that `jobs.fields` may hold.
    let jobFields: [String]
    private let layers: ConfigurationLayers
    private(set) var catalogue: [Setting] = []
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
        let setting = Setting(
            key: key, defaultText: defaultText, meaning: meaning, allowed: kind.allowed, isSecret: kind.isSecret,
            isList: kind.isList)
        catalogue.append(setting)
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
        of text: String, from source: SettingSource, for setting: Setting
    ) -> ConfigurationProblem {
        let (name, allowed) = (source.name(of: setting.key), setting.allowed)
        if setting.isSecret { return .secretNotAllowed(name, allowed: allowed) }
        if case .environment = source, let link = KubernetesServiceLink(name: name, value: text) {
            return .serviceLink(name, value: text, allowed: allowed, service: link.service)
        }
        return .notAllowed(name, value: text, allowed: allowed)
    }
}
