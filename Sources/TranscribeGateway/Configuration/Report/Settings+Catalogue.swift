extension Settings {
    /// Every key there is, in the order of the sections.
    static let catalogue: [Setting] = {
        var reader = SettingsReader(ConfigurationLayers([.options([])]))
        _ = Settings(from: &reader)
        return reader.catalogue
    }()

    /// The catalogue as the table that the README shows.
    static var markdownTable: String {
        let header = ["| key | environment | default | meaning |", "|---|---|---|---|"]
        let rows = catalogue.map { setting in
            "| `\(setting.key)` | `\(setting.environmentName)` | `\(setting.defaultText)` | \(setting.meaning) |"
        }
        return (header + rows).joined(separator: "\n")
    }
}
