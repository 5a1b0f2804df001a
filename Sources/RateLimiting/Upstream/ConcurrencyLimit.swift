/// How many calls may be in flight, below a configured maximum, by the gradient of their latency: Gradient2 of Netflix's
/// concurrency-limits, the idea of Envoy's adaptive concurrency filter. A pure value; time is an argument.
///
/// Once a round trip the latest latencies are compared with the long-term mean. As long as they are within a tolerance
/// the limit grows by the square root of itself, the queue that an upstream may be expected to hold; if they exceed it,
/// calls queue up there, and the limit shrinks in that proportion. A time-out shrinks it once a round trip too. While
/// less than half of the limit is in use it says nothing about the upstream, and stays.
public struct ConcurrencyLimit: Sendable {
    /// The latency may be so many times the long-term mean.
    private static let tolerance = 1.5
    private static let smoothing = 0.2
    /// What a time-out leaves of the limit: the decrease of CUBIC (RFC 9438 §4.6), as for the rate.
    private static let decrease = 0.7
    /// Round trips that make up the long-term mean.
    private static let longTerm = 600.0
    private static let leastMinimum = 3.0

    public let maximum: Int
    private let minimum: Double
    private var estimate: Double
    private var longTermLatency = 0.0
    private var roundTrips = 0.0
    private var lastDecrease: ContinuousClock.Instant
    private var round: Round

    /// The samples of the round trip under way.
    private struct Round {
        let start: ContinuousClock.Instant
        var sum = 0.0
        var count = 0.0
        var mostInFlight = 0
    }

    /// Begins at the maximum, at least 1.
    public init(maximum: Int, at now: ContinuousClock.Instant) {
        self.maximum = max(1, maximum)
        estimate = Double(self.maximum)
        minimum = min(estimate, Self.leastMinimum)
        lastDecrease = now
        round = Round(start: now)
    }

    /// The limit now.
    public var current: Int { Int(estimate) }

    /// A call was answered; `inFlight` counts it.
    public mutating func answered(after latency: Duration, inFlight: Int, at now: ContinuousClock.Instant) {
        round.sum += latency / .seconds(1)
        round.count += 1
        round.mostInFlight = max(round.mostInFlight, inFlight)
        // The first call that began in this round and is answered ends it: a round trip has passed.
        guard now - latency >= round.start else { return }
        adapt(to: round)
        round = Round(start: now)
    }

    /// A call was not answered in time. Those that began before the last decrease tell nothing new.
    public mutating func timedOut(after latency: Duration, at now: ContinuousClock.Instant) {
        guard now - latency >= lastDecrease else { return }
        lastDecrease = now
        estimate = max(minimum, estimate * Self.decrease)
    }

    private mutating func adapt(to round: Round) {
        let latency = max(round.sum / round.count, 1e-9)
        roundTrips = min(roundTrips + 1, Self.longTerm)
        longTermLatency += (latency - longTermLatency) / roundTrips
        // After a long overload the mean would stay too high for long.
        if longTermLatency > 2 * latency { longTermLatency *= 0.95 }
        guard Double(round.mostInFlight) >= estimate / 2 else { return }
        let gradient = min(max(Self.tolerance * longTermLatency / latency, 0.5), 1)
        let target = estimate * gradient + estimate.squareRoot()
        estimate += (target - estimate) * Self.smoothing
        estimate = min(max(estimate, minimum), Double(maximum))
    }
}

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
