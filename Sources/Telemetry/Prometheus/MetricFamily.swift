/// All series of one name.
struct MetricFamily: Sendable {
    /// An instrument and how many have asked for it and not yet given it back.
    struct Series: Sendable {
        let instrument: any Instrument
        var holders = 1
    }

    let name: MetricName
    let kind: MetricKind
    /// By the text of their labels.
    var series: [String: Series] = [:]

    /// The series in the order of their labels.
    var sorted: [any Instrument] {
        series.sorted { $0.key < $1.key }.map(\.value.instrument)
    }
}
