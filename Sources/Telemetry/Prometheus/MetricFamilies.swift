/// All metrics, as a value; `PrometheusRegistry` guards it.
struct MetricFamilies: Sendable {
    /// What is said about a metric apart from its value.
    struct Description: Sendable {
        let help: String
        let buckets: HistogramBuckets?
    }

    private let seriesLimit: Int
    private var families: [String: MetricFamily] = [:]
    private var descriptions: [String: Description] = [:]
    /// The names that samples of the families have, which must not be given to another family.
    private var sampleNames: Set<String> = []
    private var seriesCount = 0

    init(seriesLimit: Int) {
        self.seriesLimit = seriesLimit
    }

    /// The families in the order of their names.
    var sorted: [MetricFamily] { families.sorted { $0.key < $1.key }.map(\.value) }

    func description(of name: MetricName) -> Description? { descriptions[name.base] }

    mutating func describe(_ name: MetricName, _ description: Description) {
        descriptions[name.base] = description
    }

    /// The instrument of this name with these labels; made if it is not there yet.
    ///
    /// Nil if the labels are invalid, if the name belongs to another type of metric, or if there are too many series.
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

    /// One holder less; the last one takes the series off the page.
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

    /// Takes the sample names of a family that is new; false if one of them is taken.
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
