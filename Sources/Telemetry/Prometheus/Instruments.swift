import CoreMetrics
import Synchronization

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

/// A number that only grows. Safe on any thread, without a lock.
final class PrometheusCounter: CounterHandler, Instrument {
    let id: SeriesID
    private let count = Atomic(0)

    init(id: SeriesID) {
        self.id = id
    }

    /// Negative amounts are ignored: a counter that falls looks like a restart to Prometheus.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        count.wrappingAdd(Int(amount), ordering: .relaxed)
    }

    func reset() {
        count.store(0, ordering: .relaxed)
    }

    func expose(in page: inout TextBuffer) {
        page.sample(id.family, labels: id.labels, count.load(ordering: .relaxed))
    }
}

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

/// How often values fell under each bound: a swift-metrics timer (in seconds) or aggregating recorder. Safe on any thread,
/// without a lock.
final class PrometheusHistogram: TimerHandler, RecorderHandler, Instrument {
    /// Atomics cannot be stored in an array, references to them can.
    private final class Bucket: Sendable {
        let count = Atomic(0)
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
        var count = 0
        for (index, bucket) in buckets.enumerated() {
            count += bucket.count.load(ordering: .relaxed)
            let bound = index < bounds.count ? bounds[index] : .infinity
            page.bucket(id.family, labels: id.labels, bound: bound, count)
        }
        page.sample(id.family + "_sum", labels: id.labels, sum.value)
        page.sample(id.family + "_count", labels: id.labels, count)
    }
}

/// The upper bounds of a histogram's buckets; the last bucket, `+Inf`, is implied.
public struct HistogramBuckets: Sendable, Equatable {
    /// Ascending, finite, each once.
    let bounds: [Double]

    /// - Parameter bounds: in any order; repeated and infinite ones are left out.
    public init(_ bounds: [Double]) {
        self.bounds = Set(bounds.filter(\.isFinite)).sorted()
    }

    /// Seconds from 100 µs, an answer from memory, to 10 s, longer than any look-up may take.
    public static let latency = HistogramBuckets([
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ])
}

/// A `Double` that several threads change without a lock.
///
/// Relaxed ordering is enough: the value says nothing about other memory.
struct AtomicDouble: ~Copyable, Sendable {
    private let bits = Atomic<UInt64>(0)

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func store(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    func add(_ amount: Double) {
        var seen = bits.load(ordering: .relaxed)
        while true {
            let sum = Double(bitPattern: seen) + amount
            let (exchanged, original) = bits.weakCompareExchange(
                expected: seen, desired: sum.bitPattern, ordering: .relaxed)
            if exchanged { return }
            seen = original
        }
    }
}

/// A value that somebody else keeps and that is read when the page is rendered.
final class ObservedValue: Instrument {
    let id: SeriesID
    private let read: @Sendable () -> Double

    init(id: SeriesID, read: @escaping @Sendable () -> Double) {
        self.id = id
        self.read = read
    }

    func expose(in page: inout TextBuffer) {
        page.sample(id.family, labels: id.labels, read())
    }
}
