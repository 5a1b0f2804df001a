/// The labels of one series in the exposition's own form.
struct LabelSet: Sendable {
    /// `a="x",b="y"`, sorted by name; empty without labels.
    let text: String

    /// Nil if a name is reserved (`__…`, and `le` in a histogram) or, once made valid, repeats.
    init?(_ dimensions: [(String, String)], for kind: MetricKind) {
        let labels = dimensions.map { (name: $0.0.asPrometheusName, value: $0.1) }.sorted { $0.name < $1.name }
        let names = Set(labels.map(\.name))
        guard names.count == labels.count, !names.contains(where: { $0.hasPrefix("__") }) else { return nil }
        guard kind != .histogram || !names.contains("le") else { return nil }
        text = Self.text(of: labels)
    }

    private static func text(of labels: [(name: String, value: String)]) -> String {
        var text = TextBuffer()
        for (index, label) in labels.enumerated() {
            text.append("\(index == 0 ? "" : ",")\(label.name)=\"")
            text.append(expositionEscaping: label.value, quotationMarks: true)
            text.append(UInt8(ascii: "\""))
        }
        return String(decoding: text.bytes, as: UTF8.self)
    }
}
