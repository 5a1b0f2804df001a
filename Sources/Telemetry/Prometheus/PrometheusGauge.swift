import CoreMetrics

/// A number that rises and falls: a swift-metrics meter, or a recorder that does not aggregate. Safe on any thread, without
/// a lock.
final class PrometheusGauge: MeterHandler, RecorderHandler, Instrument {
    let id: SeriesID
    private let level = AtomicDouble()

    init(id: SeriesID) {
        self.id = id
    }

    func set(_ value: Int64) { level.store(Double(value)) }
    func set(_ value: Double) { level.store(value) }
    func increment(by amount: Double) { level.add(amount) }
    func decrement(by amount: Double) { level.add(-amount) }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }

    func expose(in page: inout TextBuffer) {
        page.sample(id.family, labels: id.labels, level.value)
    }
}
