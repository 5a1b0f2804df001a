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
