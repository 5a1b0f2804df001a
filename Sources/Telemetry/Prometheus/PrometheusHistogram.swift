import CoreMetrics
import Synchronization

/// How often values fell under each bound: a swift-metrics timer (in seconds) or aggregating recorder. Safe on any thread,
/// without a lock.
final class PrometheusHistogram: TimerHandler, RecorderHandler, Instrument {
    /// Atomics cannot be stored in an array, references to them can.
    private final class Bucket: Sendable {
        let count = Atomic<Int64>(0)
    }

    let id: SeriesID
    private let bounds: [Double]
    /// One for each bound, and the last one for what is above all of them.
    private let buckets: [Bucket]
    private let sum = AtomicDouble()

    init(id: SeriesID, buckets: HistogramBuckets) {
        self.id = id
        bounds = buckets.bounds
        self.buckets = (0...buckets.bounds.count).map { _ in Bucket() }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ value: Int64) { record(Double(value)) }

    /// A value equal to a bound is under it. NaN and infinity are ignored: they would spoil the sum for ever.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        buckets[index].count.wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    /// The count is the sum of the buckets that were read, so that it agrees with them while others record.
    func expose(in page: inout TextBuffer) {
        var count: Int64 = 0
        for (index, bucket) in buckets.enumerated() {
            count += bucket.count.load(ordering: .relaxed)
            let bound = index < bounds.count ? bounds[index] : .infinity
            page.bucket(id.family, labels: id.labels, bound: bound, count)
        }
        page.sample(id.family + "_sum", labels: id.labels, sum.value)
        page.sample(id.family + "_count", labels: id.labels, count)
    }
}
