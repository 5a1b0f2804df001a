/// A mean of times in which old ones fade, and how far from it they are: SRTT and RTTVAR of RFC 6298 §2.
struct SmoothedTime: Sendable {
    /// Zero until something was recorded.
    private(set) var mean = Duration.zero
    private var deviation = Duration.zero
    private var isEmpty = true

    /// What hardly any time exceeds: four deviations above the mean, as the RTO of RFC 6298 §2.3 has it.
    var bound: Duration { mean + deviation * 4 }

    mutating func record(_ time: Duration) {
        guard !isEmpty else { return (mean, deviation, isEmpty) = (time, time / 2, false) }
        let distance = time > mean ? time - mean : mean - time
        deviation += (distance - deviation) / 4
        mean += (time - mean) / 8
    }
}
