@testable import TranscribeGateway

extension Settings {
    /// Every key as the table that deploy/CONFIGURATION.md holds.
    static var markdownTable: String {
        let header = ["| key | environment | default | meaning |", "|---|---|---|---|"]
        let rows = definitions.map { setting in
            "| `\(setting.key)` | `\(setting.environmentName)` | `\(setting.defaultText)` | \(setting.meaning) |"
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
