import CoreMetrics
import Synchronization

/// A number that only grows. Safe on any thread, without a lock.
final class PrometheusCounter: CounterHandler, Instrument {
    let id: SeriesID
    private let count = Atomic<Int64>(0)

    init(id: SeriesID) {
        self.id = id
    }

    /// Negative amounts are ignored: a counter that falls looks like a restart to Prometheus.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() {
        count.store(0, ordering: .relaxed)
    }

    func expose(in page: inout TextBuffer) {
        page.sample(id.family, labels: id.labels, count.load(ordering: .relaxed))
    }
}
