/// A circuit breaker (Nygard, *Release It!*) for one upstream. A pure value; time and chance are arguments.
///
/// - Closed: calls pass. It opens when the failures of the window reach the ratio, given enough calls.
/// - Open: calls are refused until the pause is over.
/// - Half open: a few calls pass as probes. Enough successes close it, one failure opens it for longer. If probes do not
///   end, another round of probes begins after another pause.
///
/// The caller decides what counts as a failure. The outcome of a call that began before the last change of state proves
/// nothing about the present and is not counted.
public struct Breaker: Sendable {
    /// Also the label of a metric, by its raw value.
    public enum State: String, Hashable, Sendable, CaseIterable {
        case closed, open
        case halfOpen = "half_open"
    }

    enum Outcome: Hashable, Sendable {
        case succeeded, failed
        /// Proves nothing; a probe that ends so makes room for another.
        case ignored
    }

    /// Permission to make one call. Record its outcome once.
    struct Pass: Hashable, Sendable {
        fileprivate let period: Int
    }

    private struct Probing {
        var underWay = 0
        var successes = 0
        var nextRound: ContinuousClock.Instant
    }

    private enum Phase {
        case closed(OutcomeWindow)
        case open(until: ContinuousClock.Instant)
        case halfOpen(Probing)
    }

    private let options: BreakerOptions
    private var phase: Phase
    /// Openings since it was last closed, and the pause after the latest.
    private var openings = 0
    private var pause = Duration.zero
    /// How often the state has changed.
    private(set) var changes = 0

    init(_ options: BreakerOptions, at now: ContinuousClock.Instant) {
        self.options = options
        phase = .closed(OutcomeWindow(length: options.window, at: now))
    }

    var state: State {
        switch phase {
        case .closed: .closed
        case .open: .open
        case .halfOpen: .halfOpen
        }
    }

    /// How long until a call may pass, or nil if it may now. Changes nothing.
    func refusal(at now: ContinuousClock.Instant) -> Duration? {
        switch phase {
        case .closed: nil
        case .open(let end): now < end ? now.duration(to: end) : nil
        case .halfOpen(let probing):
            probing.underWay < options.probes || now >= probing.nextRound ? nil : now.duration(to: probing.nextRound)
        }
    }

    /// Lets one call pass. Nil while there is a ``refusal(at:)``.
    mutating func admit(at now: ContinuousClock.Instant) -> Pass? {
        guard refusal(at: now) == nil else { return nil }
        switch phase {
        case .closed: break
        case .open: change(to: .halfOpen(Probing(underWay: 1, nextRound: now + pause)))
        case .halfOpen(var probing):
            if now >= probing.nextRound { (probing.underWay, probing.nextRound) = (0, now + pause) }
            probing.underWay += 1
            phase = .halfOpen(probing)
        }
        return Pass(period: changes)
    }

    /// Whether a call in flight may make another attempt: the state is as when it began, or closed again.
    func admitsRetry(of pass: Pass) -> Bool {
        state == .closed || pass.period == changes
    }

    /// Records how a call ended. `random`, from 0 to 1, is the jitter of the pause (see ``BreakerOptions``).
    mutating func record(
        _ outcome: Outcome, of pass: Pass, at now: ContinuousClock.Instant, random: Double
    ) {
        guard pass.period == changes else { return }
        switch phase {
        case .closed(var window):
            guard outcome != .ignored else { return }
            window.record(failed: outcome == .failed, at: now)
            phase = .closed(window)
            if outcome == .failed, isTooMuch(window) { open(at: now, random: random) }
        case .open: break
        case .halfOpen(let probing): record(outcome, in: probing, at: now, random: random)
        }
    }

    private mutating func record(
        _ outcome: Outcome, in probing: Probing, at now: ContinuousClock.Instant, random: Double
    ) {
        guard outcome != .failed else { return open(at: now, random: random) }
        var probing = probing
        probing.underWay = max(0, probing.underWay - 1)
        if outcome == .succeeded { probing.successes += 1 }
        phase = .halfOpen(probing)
        if probing.successes >= options.probes { close(at: now) }
    }

    private func isTooMuch(_ window: OutcomeWindow) -> Bool {
        let calls = window.calls
        return calls >= options.minimumCalls && Double(window.failures) >= options.failureRatio * Double(calls)
    }

    private mutating func open(at now: ContinuousClock.Instant, random: Double) {
        openings += 1
        pause = options.pause(afterOpenings: openings, random: random)
        change(to: .open(until: now + pause))
    }

    private mutating func close(at now: ContinuousClock.Instant) {
        openings = 0
        change(to: .closed(OutcomeWindow(length: options.window, at: now)))
    }

    private mutating func change(to phase: Phase) {
        self.phase = phase
        changes += 1
    }
}

/// Successes and failures of a sliding window, in ten buckets of time of which the oldest is forgotten as a whole.
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
