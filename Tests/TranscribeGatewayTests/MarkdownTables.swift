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

extension AWSSettings {
    /// AWS's variables as the table that deploy/CONFIGURATION.md holds.
    static var markdownTable: String {
        var reader = SettingsReader { _ in nil }
        reader.readAWSVariables()
        let header = ["| variable | default | meaning |", "|---|---|---|"]
        let rows = reader.definitions.map { setting in
            let defaultText = setting.defaultText.isEmpty ? "" : "`\(setting.defaultText)`"
            return "| `\(setting.key)` | \(defaultText) | \(setting.meaning) |"
        }
        return (header + rows).joined(separator: "\n")
    }
}
