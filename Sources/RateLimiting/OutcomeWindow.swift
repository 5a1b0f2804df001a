/// Successes and failures of the last while, counted in ten buckets of time of which the oldest is forgotten as a whole.
struct OutcomeWindow: Sendable {
    private struct Bucket {
        var calls = 0
        var failures = 0
    }

    private static let bucketCount = 10

    private let bucketLength: Int64
    private let epoch: ContinuousClock.Instant
    private var buckets = Array(repeating: Bucket(), count: bucketCount)
    /// The number of the newest bucket since the epoch.
    private var newest: Int64 = 0

    /// An empty window of `length`, longer than zero.
    init(length: Duration, at now: ContinuousClock.Instant) {
        bucketLength = max(1, length.nanoseconds / Int64(Self.bucketCount))
        epoch = now
    }

    /// Calls in the window, as of the last one recorded.
    var calls: Int { buckets.reduce(0) { $0 + $1.calls } }

    var failures: Int { buckets.reduce(0) { $0 + $1.failures } }

    mutating func record(failed: Bool, at now: ContinuousClock.Instant) {
        let number = max(newest, epoch.duration(to: now).nanoseconds / bucketLength)
        for stale in max(0, number - Int64(Self.bucketCount) + 1)...number where stale > newest {
            buckets[Self.index(of: stale)] = Bucket()
        }
        newest = number
        buckets[Self.index(of: number)].calls += 1
        if failed { buckets[Self.index(of: number)].failures += 1 }
    }

    private static func index(of number: Int64) -> Int { Int(number % Int64(bucketCount)) }
}
