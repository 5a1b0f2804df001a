/// A key with the value that is in force, as text without secrets, and where it came from.
struct EffectiveSetting: Equatable, Sendable {
    let key: String
    let text: String
    let source: SettingSource
}

extension Sequence<EffectiveSetting> {
    /// `key = value   (source)`, one line each, in columns. Holds no secrets.
    var report: String {
        let rows = map { (key: $0.key, text: $0.text.printable, source: $0.source.description.printable) }
        let keyWidth = rows.map(\.key.count).max() ?? 0
        // A few long lists would push every source out of sight.
        let textWidth = rows.map(\.text.count).filter { $0 <= 40 }.max() ?? 0
        let lines = rows.map { row in
            "\(row.key.padded(to: keyWidth)) = \(row.text.padded(to: textWidth))   (\(row.source))"
        }
        return lines.joined(separator: "\n")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}
