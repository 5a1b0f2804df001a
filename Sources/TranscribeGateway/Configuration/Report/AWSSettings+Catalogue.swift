extension AWSSettings {
    /// The variables as the table that the README shows.
    static var markdownTable: String {
        var reader = SettingsReader(ConfigurationLayers([.awsEnvironment([:])]))
        _ = AWSVariables(from: &reader)
        let header = ["| variable | default | meaning |", "|---|---|---|"]
        let rows = reader.catalogue.map { setting in
            let defaultText = setting.defaultText.isEmpty ? "" : "`\(setting.defaultText)`"
            return "| `\(setting.key)` | \(defaultText) | \(setting.meaning) |"
        }
        return (header + rows).joined(separator: "\n")
    }
}
