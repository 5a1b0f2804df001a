@testable import TranscribeGateway

extension Settings {
    /// Every key as the table that deploy/CONFIGURATION.md holds.
    static var markdownTable: String {
        let header = ["| key | environment | default | changes with | meaning |", "|---|---|---|---|---|"]
        let rows = definitions.map { setting in
            "| `\(setting.key)` | `\(setting.environmentName)` | `\(setting.defaultText)` "
                + "| \(setting.change.needsRestart ? "restart" : "reload") | \(setting.meaning) |"
        }
        return (header + rows).joined(separator: "\n")
    }

    /// The keys that a reload does not change, with the reasons, as the table that deploy/CONFIGURATION.md holds.
    static var restartTable: String {
        let header = ["| changes with a restart only | because |", "|---|---|"]
        let rows = definitions.compactMap { setting in
            if case .atRestart(let reason) = setting.change { "| `\(setting.key)` | \(reason) |" } else { nil }
        }
        return (header + rows).joined(separator: "\n")
    }
}

extension TracingSettings {
    /// OpenTelemetry's variables as the table that deploy/OPERATIONS.md holds.
    static var markdownTable: String { SettingsReader.markdownTable(of: definitions) }
}

extension AWSSettings {
    /// AWS's variables as the table that deploy/CONFIGURATION.md holds.
    static var markdownTable: String {
        var reader = SettingsReader { _ in nil }
        reader.readAWSVariables()
        return SettingsReader.markdownTable(of: reader.definitions)
    }
}

extension SettingsReader {
    fileprivate static func markdownTable(of variables: [SettingDefinition]) -> String {
        let header = ["| variable | default | meaning |", "|---|---|---|"]
        let rows = variables.map { setting in
            let defaultText = setting.defaultText.isEmpty ? "" : "`\(setting.defaultText)`"
            return "| `\(setting.key)` | \(defaultText) | \(setting.meaning) |"
        }
        return (header + rows).joined(separator: "\n")
    }
}
