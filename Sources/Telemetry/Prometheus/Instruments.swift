import CoreMetrics
import Synchronization

/// The values behind one series, or for a histogram behind the series of one histogram.
protocol Instrument: AnyObject, Sendable {
    var id: SeriesID { get }

    /// Appends the current samples to the page of metrics.
    func expose(in page: inout TextBuffer)
}

/// Name and labels, which identify a series.
struct SeriesID: Hashable, Sendable {
    /// The exposed name.
    let family: String
    /// `a="x",b="y"`, sorted by label name and escaped. Empty without labels.
    let labels: String
}

/// The types of the exposition format that this module writes.
enum MetricKind: String, Sendable {
    case counter, gauge, histogram

    /// The names of the samples of a family. No two families may share one.
    func sampleNames(of family: String) -> [String] {
        switch self {
        case .counter, .gauge: [family]
        case .histogram: [family, family + "_bucket", family + "_sum", family + "_count"]
        }
    }
}

/// A number that only grows. Safe on any thread; takes no lock.
final class PrometheusCounter: CounterHandler, Instrument {
    let id: SeriesID
    private let count = Atomic(0)

    init(id: SeriesID) {
        self.id = id
    }

    /// Ignores negative amounts, because Prometheus takes a falling counter for a restart.
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

/// A number that rises and falls: a meter of swift-metrics, or a recorder that does not aggregate. Safe on any thread; takes
/// no lock.
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

/// How many values were at most each bound: a timer of swift-metrics (in seconds) or a recorder that aggregates. Safe on any
/// thread; takes no lock.
final class PrometheusHistogram: TimerHandler, RecorderHandler, Instrument {
    /// An array cannot store atomics, but it can store references to objects with one.
    private final class Bucket: Sendable {
        let count = Atomic(0)
    }

    let id: SeriesID
    private let bounds: [Double]
    /// One bucket for each bound, and the last one for greater values.
    private let buckets: [Bucket]
    private let sum = AtomicDouble()

    init(id: SeriesID, buckets: HistogramBuckets) {
        self.id = id
        bounds = buckets.bounds
        self.buckets = (0...buckets.bounds.count).map { _ in Bucket() }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ value: Int64) { record(Double(value)) }

    /// Counts a value in the bucket of the first bound that it doesn't exceed. Ignores NaN and infinity, after which the sum
    /// would stay NaN or infinite.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        buckets[index].count.wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    /// The count is the sum of the buckets as read here, so that both agree while other threads record values.
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

/// The upper bounds of a histogram's buckets. The last bucket, `+Inf`, is implied.
public struct HistogramBuckets: Sendable, Equatable {
    /// In ascending order, finite, each once.
    let bounds: [Double]

    /// - Parameter bounds: in any order. Repeated and infinite bounds are left out.
    public init(_ bounds: [Double]) {
        self.bounds = Set(bounds.filter(\.isFinite)).sorted()
    }

    /// In seconds, from 100 µs for an answer from memory to 10 s, which is longer than a look-up may take.
    public static let latency = HistogramBuckets([
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ])
}

/// A `Double` that several threads change without a lock.
///
/// Relaxed ordering is enough, because no other memory depends on the value.
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

/// A value that another object holds and that is read when the page is rendered.
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
