/// When the new value of a key that was changed takes effect.
enum SettingChange: Equatable, Sendable {
    /// When the process is told to read its configuration again (SIGHUP).
    case atReload
    /// With the next start. The reason is a part of a sentence.
    case atRestart(because: String)

    var needsRestart: Bool { self != .atReload }
}

/// What is known of a key before its value is read.
struct SettingDefinition: Equatable, Sendable {
    let key: String
    let change: SettingChange
    /// As text, in the form that a user would write.
    let defaultText: String
    /// One line of Markdown.
    let meaning: String
    /// Ends the sentence "… must be …".
    let allowed: String
    let isSecret: Bool
    /// Whether a JSON array of texts may stand for the value.
    let isList: Bool

    /// `GATEWAY_` and the key in capitals, where dots and camel humps become `_`.
    var environmentName: String {
        let parts = key.map { $0.isUppercase ? "_\($0)" : $0 == "." ? "_" : $0.uppercased() }
        return "GATEWAY_" + parts.joined()
    }
}

/// A key with the text of the value in force, without secrets, and its source.
struct EffectiveSetting: Equatable, Sendable {
    let key: String
    let text: String
    let source: SettingSource
    /// Whether a change takes effect with the next start only.
    var needsRestart = false
}

extension Sequence<EffectiveSetting> {
    /// `key = value   (source)`, one line each, in columns; after the source `restart` where a reload does not change the value.
    /// Holds no secrets.
    var report: String {
        let rows = map { (key: $0.key, text: $0.text.printable, source: $0.place) }
        let keyWidth = rows.map(\.key.count).max() ?? 0
        // Without this limit one long list would move the sources of all keys far to the right.
        let textWidth = rows.map(\.text.count).filter { $0 <= 40 }.max() ?? 0
        let lines = rows.map { row in
            "\(row.key.padded(to: keyWidth)) = \(row.text.padded(to: textWidth))   (\(row.source))"
        }
        return lines.joined(separator: "\n")
    }
}

extension EffectiveSetting {
    fileprivate var place: String { source.description.printable + (needsRestart ? "; restart" : "") }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}
