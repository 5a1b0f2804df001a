/// All that the user said, before anything is made of it.
struct SettingsSources: Sendable {
    /// From the command line.
    var overrides: [Override] = []
    var environment: [String: String] = [:]
    /// The path given to `--config`.
    var file: String?
}

extension SettingsSources {
    /// The highest first.
    func layers(_ file: ConfigurationFile?) -> [ConfigurationLayer] {
        let layers: [ConfigurationLayer?] = [.options(overrides), .environment(environment), file.map { .file($0) }]
        return layers.compactMap { $0 }
    }

    /// What is wrong with the command line itself: keys there are none of, twice or without a value.
    var overrideProblems: [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        var seen: [String: String] = [:]
        let keys = Settings.catalogue.map(\.key)
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
