public import CoreMetrics
import Synchronization

/// The swift-metrics backend that renders the Prometheus text format 0.0.4. Safe on any thread.
///
/// **Concurrency.** Changing an instrument takes one or two relaxed atomic operations. Making, destroying and listing
/// instruments takes a lock. The same name with the same labels gives the same instrument, which stays on the page until it
/// has been destroyed as often as it was made.
///
/// **Bounded.** A metric gets an instrument without effect if there are too many series, if its labels are invalid or if its
/// name belongs to another type. `transcribe_gateway_refused_series_total` counts these.
public final class PrometheusRegistry: Sendable {
    /// The `Content-Type` of `render()`.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The type of an observed value.
    public enum Observation: Sendable {
        /// The value only grows. Its name ends in `_total`.
        case counter
        /// The value rises and falls.
        case gauge
    }

    private let families: Mutex<MetricFamilies>
    private let buckets: HistogramBuckets
    private let refused: PrometheusCounter

    /// - Parameters:
    ///   - buckets: for histograms without buckets in their description.
    ///   - seriesLimit: how many instruments there may be. Each is a name with one combination of labels.
    public init(buckets: HistogramBuckets = .latency, seriesLimit: Int = 1000) {
        let name = MetricName.counter("transcribe_gateway_refused_series")
        var families = MetricFamilies(seriesLimit: max(1, seriesLimit))
        let help = "Metrics that were asked for and refused: too many, invalid labels, or a name of another type."
        families.describe(name, MetricFamilies.Description(help: help, buckets: nil))
        refused =
            families.instrument(name, .counter, []) { PrometheusCounter(id: $0) }
            ?? PrometheusCounter(id: SeriesID(family: name.exposed, labels: ""))
        self.families = Mutex(families)
        self.buckets = buckets
    }

    /// Describes a metric and, for a timer or recorder, its buckets. Call it before the metric is made.
    ///
    /// - Parameter name: the label for swift-metrics, without `_total` or `_seconds`.
    public func describe(_ name: String, help: String, buckets: HistogramBuckets? = nil) {
        families.withLock { $0.describe(.plain(name), MetricFamilies.Description(help: help, buckets: buckets)) }
    }

    /// Adds a value that is read each time the page is rendered, on the thread that renders it. No lock is held meanwhile.
    public func observe(
        _ name: String, as observation: Observation = .gauge, dimensions: [(String, String)] = [], help: String,
        _ read: @escaping @Sendable () -> Double
    ) {
        describe(name, help: help)
        switch observation {
        case .counter: make(.counter(name), .counter, dimensions) { ObservedValue(id: $0, read: read) }
        case .gauge: make(.plain(name), .gauge, dimensions) { ObservedValue(id: $0, read: read) }
        }
    }

    /// The page of metrics: families sorted by name, series sorted by labels.
    public func render() -> [UInt8] {
        let families = families.withLock { $0 }
        var page = TextBuffer()
        for family in families.sorted {
            let help = families.description(of: family.name)?.help
            page.family(family.name.exposed, kind: family.kind, help: help)
            for instrument in family.sorted { instrument.expose(in: &page) }
        }
        return page.bytes
    }

    @discardableResult
    func make<I: Instrument>(
        _ name: MetricName, _ kind: MetricKind, _ dimensions: [(String, String)], _ make: (SeriesID) -> I
    ) -> I? {
        let instrument = families.withLock { $0.instrument(name, kind, dimensions, make: make) }
        if instrument == nil { refused.increment(by: 1) }
        return instrument
    }

    func makeHistogram(_ name: MetricName, _ dimensions: [(String, String)]) -> PrometheusHistogram? {
        let buckets = families.withLock { $0.description(of: name)?.buckets } ?? buckets
        return make(name, .histogram, dimensions) { PrometheusHistogram(id: $0, buckets: buckets) }
    }

    func release(_ handler: AnyObject) {
        guard let instrument = handler as? any Instrument else { return }
        families.withLock { $0.release(instrument) }
    }
}

/// The names of counters end in `_total`. Timers are histograms in seconds, whose names end in `_seconds`. Recorders are
/// histograms, or gauges if they do not aggregate. Meters are gauges. To destroy a handler removes one holder of it.
extension PrometheusRegistry: MetricsFactory {
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        make(.counter(label), .counter, dimensions) { PrometheusCounter(id: $0) } ?? NOOPMetricsHandler.instance
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        make(.plain(label), .gauge, dimensions) { PrometheusGauge(id: $0) } ?? NOOPMetricsHandler.instance
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else {
            return make(.plain(label), .gauge, dimensions) { PrometheusGauge(id: $0) } ?? NOOPMetricsHandler.instance
        }
        return makeHistogram(.plain(label), dimensions) ?? NOOPMetricsHandler.instance
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        makeHistogram(.timer(label), dimensions) ?? NOOPMetricsHandler.instance
    }

    public func destroyCounter(_ handler: any CounterHandler) { release(handler) }
    public func destroyMeter(_ handler: any MeterHandler) { release(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { release(handler) }
    public func destroyTimer(_ handler: any TimerHandler) { release(handler) }
}
