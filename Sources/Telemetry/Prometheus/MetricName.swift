/// The exposed name of a metric, by the conventions of Prometheus: letters, digits and underscores, and the unit or `total`
/// at the end (https://prometheus.io/docs/practices/naming/).
struct MetricName: Sendable {
    /// The valid name without what the type adds: what a description is registered for.
    let base: String
    let exposed: String

    static func counter(_ label: String) -> MetricName { MetricName(label, ending: "_total") }
    static func timer(_ label: String) -> MetricName { MetricName(label, ending: "_seconds") }
    static func plain(_ label: String) -> MetricName { MetricName(label, ending: "") }

    private init(_ label: String, ending: String) {
        base = label.asPrometheusName
        exposed = base.hasSuffix(ending) ? base : base + ending
    }
}

extension String {
    /// The nearest valid metric or label name: `http.requests` → `http_requests`. The colon is for recording rules only.
    var asPrometheusName: String {
        let name = String(decoding: utf8.map { $0.isNameByte ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
        guard let first = name.utf8.first, !first.isDigit else { return "_" + name }
        return name
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isNameByte: Bool {
        let lowercased = self | 0x20
        return isDigit || self == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lowercased)
    }
}
