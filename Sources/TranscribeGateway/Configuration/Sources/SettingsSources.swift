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

/// A value given on the command line, under the name it has there.
struct Override: Equatable, Sendable {
    /// As a message says it: `--port`, or `--set listen.port`.
    let option: String
    let key: String
    /// `nil` if the user left out `=VALUE`.
    let value: String?

    /// For an option of its own: `Override(option: "--port", key: "listen.port", value: "80")`.
    init(option: String, key: String, value: String?) {
        self.option = option
        self.key = key
        self.value = value
    }

    /// For the argument of `--set`, `KEY=VALUE`.
    init(set assignment: String) {
        let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        // Where the user wrote `:` for `=`, what follows may be a secret: only what looks like a key is a name.
        let name = parts[0].prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
        let key = name.count == parts[0].count ? parts[0] : "\(name)…"
        self.init(option: "--set \(key)", key: key, value: parts.count == 2 ? parts[1] : nil)
    }
}

/// Where a value came from, and with that what its key is called there.
enum SettingSource: Equatable, Sendable {
    /// `--port`, or `--set listen.port`.
    case option(String)
    case environment(String)
    case file(path: String)
    /// A profile in AWS's shared files.
    case profile(String)
    case standard

    /// The key as the user wrote it.
    func name(of key: String) -> String {
        switch self {
        case .option(let name), .environment(let name): name
        case .file(let path): "\(key) in \(path)"
        case .profile: "\(key) of \(self)"
        case .standard: key
        }
    }
}

extension SettingSource: CustomStringConvertible {
    var description: String {
        switch self {
        case .option(let name), .environment(let name): name
        case .file(let path): path
        case .profile(let name): "profile '\(name)'"
        case .standard: "default"
        }
    }
}
