/// The rate at which calls are really made, as the adaptive retry mode of the AWS SDKs measures it: counted in half
/// seconds, smoothed exponentially with 0.8 for the newest.
struct MeasuredRate: Sendable {
    private static let halfSecond: Int64 = 500_000_000
    private static let smoothing = 0.8

    private(set) var perSecond = 0.0
    private var count = 0
    private var lastBucket: Int64 = 0
    private let epoch: ContinuousClock.Instant

    init(epoch: ContinuousClock.Instant) {
        self.epoch = epoch
    }

    mutating func record(at now: ContinuousClock.Instant) {
        count += 1
        let bucket = epoch.duration(to: now).nanoseconds / Self.halfSecond
        guard bucket > lastBucket else { return }
        let latest = Double(count) / (Double(bucket - lastBucket) / 2)
        perSecond = latest * Self.smoothing + perSecond * (1 - Self.smoothing)
        (count, lastBucket) = (0, bucket)
    }
}
