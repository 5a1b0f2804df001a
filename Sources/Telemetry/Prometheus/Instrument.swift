/// What stands behind one series (for a histogram: one group of them) and can be shown on the page of metrics.
protocol Instrument: AnyObject, Sendable {
    var id: SeriesID { get }

    /// Appends the current samples.
    func expose(in page: inout TextBuffer)
}

/// Name and labels: what tells one series from all others.
struct SeriesID: Hashable, Sendable {
    /// The exposed name.
    let family: String
    /// `a="x",b="y"`, sorted by label name and escaped; empty without labels.
    let labels: String
}

/// The types of the exposition format that are used here.
enum MetricKind: String, Sendable {
    case counter, gauge, histogram

    /// The names of the samples of a family; no two families may share one.
    func sampleNames(of family: String) -> [String] {
        switch self {
        case .counter, .gauge: [family]
        case .histogram: [family, family + "_bucket", family + "_sum", family + "_count"]
        }
    }
}
