import Formats

/// All metrics, as a value. `PrometheusRegistry` guards it with a lock.
struct MetricFamilies: Sendable {
    /// The description of a metric.
    struct Description: Sendable {
        let help: String
        let buckets: HistogramBuckets?
    }

    private let seriesLimit: Int
    private var families: [String: MetricFamily] = [:]
    private var descriptions: [String: Description] = [:]
    /// The names of the samples of all families. Another family must not use them.
    private var sampleNames: Set<String> = []
    private var seriesCount = 0

    init(seriesLimit: Int) {
        self.seriesLimit = seriesLimit
    }

    /// The families sorted by their names.
    var sorted: [MetricFamily] { families.sorted { $0.key < $1.key }.map(\.value) }

    func description(of name: MetricName) -> Description? { descriptions[name.base] }

    mutating func describe(_ name: MetricName, _ description: Description) {
        descriptions[name.base] = description
    }

    /// The instrument with this name and these labels, made if there is none yet.
    ///
    /// Nil if the labels are invalid, if the name belongs to a metric of another type, or if there are too many series.
    mutating func instrument<I: Instrument>(
        _ name: MetricName, _ kind: MetricKind, _ dimensions: [(String, String)], make: (SeriesID) -> I
    ) -> I? {
        guard let labels = LabelSet(dimensions, for: kind)?.text else { return nil }
        if let family = families[name.exposed], family.kind != kind { return nil }
        if let series = families[name.exposed]?.series[labels] {
            guard let instrument = series.instrument as? I else { return nil }
            families[name.exposed]?.series[labels]?.holders += 1
            return instrument
        }
        return add(name, kind, make(SeriesID(family: name.exposed, labels: labels)))
    }

    /// Removes a holder of the series. With the last holder the series leaves the page.
    mutating func release(_ instrument: any Instrument) {
        let id = instrument.id
        guard let series = families[id.family]?.series[id.labels], series.instrument === instrument else { return }
        if series.holders > 1 {
            families[id.family]?.series[id.labels]?.holders -= 1
        } else {
            remove(id)
        }
    }

    private mutating func add<I: Instrument>(_ name: MetricName, _ kind: MetricKind, _ instrument: I) -> I? {
        guard seriesCount < seriesLimit, claim(name, kind) else { return nil }
        families[name.exposed, default: MetricFamily(name: name, kind: kind)].series[instrument.id.labels] =
            MetricFamily.Series(instrument: instrument)
        seriesCount += 1
        return instrument
    }

    /// Reserves the sample names of a new family. False if another family uses one of them.
    private mutating func claim(_ name: MetricName, _ kind: MetricKind) -> Bool {
        guard families[name.exposed] == nil else { return true }
        let names = kind.sampleNames(of: name.exposed)
        guard sampleNames.isDisjoint(with: names) else { return false }
        sampleNames.formUnion(names)
        return true
    }

    private mutating func remove(_ id: SeriesID) {
        families[id.family]?.series[id.labels] = nil
        seriesCount -= 1
        guard let family = families[id.family], family.series.isEmpty else { return }
        families[id.family] = nil
        sampleNames.subtract(family.kind.sampleNames(of: id.family))
    }
}

/// The series of one name.
struct MetricFamily: Sendable {
    /// An instrument and the number of its holders: how often it was made and not yet destroyed.
    struct Series: Sendable {
        let instrument: any Instrument
        var holders = 1
    }

    let name: MetricName
    let kind: MetricKind
    /// The series by the text of their labels.
    var series: [String: Series] = [:]

    /// The instruments sorted by their labels.
    var sorted: [any Instrument] {
        series.sorted { $0.key < $1.key }.map(\.value.instrument)
    }
}

/// The exposed name of a metric by the conventions of Prometheus: letters, digits and underscores, with the unit or `total` at
/// the end (https://prometheus.io/docs/practices/naming/).
struct MetricName: Sendable {
    /// The valid name without the ending for the type. Descriptions are registered under it.
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
    /// The text as a valid name of a metric or label: `http.requests` → `http_requests`. The colon is reserved for recording
    /// rules.
    var asPrometheusName: String {
        let name = String(decoding: utf8.map { $0.isNameByte ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
        guard let first = name.utf8.first, !first.isDigit else { return "_" + name }
        return name
    }
}

extension UInt8 {
    fileprivate var isNameByte: Bool { isDigit || isLetter || self == UInt8(ascii: "_") }
}

/// The labels of one series in the exposition format.
struct LabelSet: Sendable {
    /// `a="x",b="y"`, sorted by name; empty without labels.
    let text: String

    /// Nil if a name is reserved (`__…`, and `le` in a histogram), or if two names are the same after they were made valid.
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
