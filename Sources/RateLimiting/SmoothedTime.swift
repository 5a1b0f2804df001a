/// A mean of times in which old ones fade: SRTT of RFC 6298 §2, an eighth for each new one.
struct SmoothedTime: Sendable {
    /// Zero until something was recorded.
    private(set) var mean = Duration.zero
    private var isEmpty = true

    mutating func record(_ time: Duration) {
        mean = isEmpty ? time : mean + (time - mean) / 8
        isEmpty = false
    }
}
