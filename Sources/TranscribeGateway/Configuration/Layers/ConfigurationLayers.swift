import Configuration

/// The layers in order of precedence: the first that knows a key decides.
struct ConfigurationLayers: Sendable {
    private let reader: ConfigReader
    private let recorder = LookupRecorder()
    private let sources: [@Sendable (String) -> SettingSource]

    /// The highest first; at least one.
    init(_ layers: [ConfigurationLayer]) {
        reader = ConfigReader(providers: layers.map(\.provider), accessReporter: recorder)
        sources = layers.map(\.source)
    }

    /// The text that wins and where it was found; `nil` if no layer knows the key.
    func lookUp(_ key: String, isSecret: Bool) -> (text: String, source: SettingSource)? {
        guard let text = reader.string(forKey: ConfigKey(key), isSecret: isSecret),
            let winner = recorder.winner(for: key)
        else { return nil }
        return (text, sources[winner.layer](winner.encodedKey))
    }
}
