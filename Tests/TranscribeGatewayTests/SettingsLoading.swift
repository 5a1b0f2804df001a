import Gateway

@testable import TranscribeGateway

/// Settings from an environment and `--set` arguments.
func load(_ environment: [String: String] = [:], set: [String] = []) throws(ConfigurationError) -> Settings {
    let sources = SettingsSources(overrides: set.map(Override.init(set:)), environment: environment)
    return try Settings.load(from: sources)
}

/// The sentences that refuse a configuration; none if it is accepted.
func sentences(_ environment: [String: String] = [:], set: [String] = []) -> [String] {
    do {
        _ = try load(environment, set: set)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

extension HostRule {
    /// The accepted names; nil if any is.
    var names: [String]? {
        guard case .only(let names) = self else { return nil }
        return names
    }
}
