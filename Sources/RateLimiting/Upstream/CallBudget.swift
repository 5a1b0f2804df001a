/// The attempts that all requests together may make upstream, in numbers: a retry takes a token as a first attempt does. A
/// pure value; time is an argument.
///
/// An attempt begins only when all of these rules allow it:
/// - A sliding window never holds more than the configured rate (`CallWindow`).
/// - A token bucket says how many of those may begin at once, its burst; a burst above the rate changes nothing. While
///   calls wait no more than one token is saved up, so that what follows a burst is evenly spaced, not the same burst
///   again every second.
/// - The bucket fills at a rate that is learned from throttling (`AdaptiveRate`), never above the configured one. While
///   throttling keeps that rate down, the bucket holds no more than one second of it.
///
/// Background and watched calls leave a reserve in the bucket, so that some interactive calls can begin at once at any moment, and half
/// as many in the window: that much of the rate they cannot use. Forced calls leave twice the reserve in both. While
/// throttling keeps the bucket smaller than the reserve, a full one still gives background calls a token: with watchers alone
/// nothing else would make the calls by which the rate recovers.
///
/// The bucket is kept as the instant at which it will be full, as in ``GCRA``: nothing drifts, and time that steps back
/// adds nothing.
struct CallBudget: Sendable {
    private var burst: Int
    private var reserve: Int
    private var window: CallWindow
    private var adaptive: AdaptiveRate
    /// When the bucket will be full if no more tokens are taken.
    private var full: ContinuousClock.Instant

    /// `burst`: tokens in a full bucket, at least 1; `reserve`: how many of them background calls leave.
    init(rate: Rate, burst: Int, reserve: Int, at now: ContinuousClock.Instant) {
        self.burst = max(1, burst)
        self.reserve = max(0, reserve)
        window = CallWindow(for: rate)
        adaptive = AdaptiveRate(ceiling: rate.perSecond, at: now)
        full = now
    }

    /// Other bounds from now on. No token is given for them: the bucket keeps those that it has, as far as it holds them, and what
    /// is known of the calls until now and of throttling stays.
    mutating func change(rate: Rate, burst: Int, reserve: Int, at now: ContinuousClock.Instant) {
        let held = tokens(at: now)
        (self.burst, self.reserve) = (max(1, burst), max(0, reserve))
        window.change(for: rate)
        adaptive.change(ceiling: rate.perSecond)
        full = now + spacing * max(0, Double(capacity) - held)
    }

    /// Takes all tokens that are there.
    mutating func drain(at now: ContinuousClock.Instant) { full = max(full, now + spacing * capacity) }

    /// Attempts a second allowed now.
    var rate: Double { adaptive.current }

    /// Whether throttling keeps that rate down.
    var isThrottled: Bool { adaptive.isReduced }

    /// From one token to the next.
    private var spacing: Duration { .seconds(1 / rate) }

    /// Tokens in a full bucket.
    private var capacity: Int { adaptive.isReduced ? max(1, min(burst, Int(rate))) : burst }

    /// Tokens in the bucket.
    func tokens(at now: ContinuousClock.Instant) -> Double {
        Double(capacity) - max(0, now.duration(to: full) / spacing)
    }

    /// How many tokens, and how many calls in the window, calls of that priority leave to more urgent ones.
    private func reserves(for priority: CallPriority) -> (tokens: Int, calls: Int) {
        switch priority {
        case .interactive: (0, 0)
        case .background, .watched: (reserve, min(reserve, max(1, reserve / 2)))
        case .forced: (2 * reserve, 2 * reserve)
        }
    }

    /// How long until the last of `count` attempts may begin if no other comes: the first as soon as it may (this is
    /// exact), the others as they come in the long run. Zero if now.
    func wait(for priority: CallPriority, count: Int = 1, at now: ContinuousClock.Instant) -> Duration {
        let (kept, share) = reserves(for: priority)
        let keptInWindow = min(share, window.limit - 1)
        let bucket = now.duration(to: full) - spacing * (capacity - min(1 + kept, capacity))
        let first = max(.zero, bucket, window.wait(leaving: keptInWindow, at: now))
        return first + max(spacing, window.length / (window.limit - keptInWindow)) * (count - 1)
    }

    /// Takes a token for one attempt that begins now. False if there is a wait.
    mutating func take(for priority: CallPriority, at now: ContinuousClock.Instant) -> Bool {
        guard wait(for: priority, at: now) == .zero else { return false }
        full = max(full, now) + spacing
        window.record(at: now)
        return true
    }

    /// Gives up all saved tokens but one, because calls wait.
    mutating func pace(at now: ContinuousClock.Instant) {
        full = max(full, now + spacing * (capacity - 1))
    }

    /// Records how an attempt ended: throttling lowers the rate, any other answer lets it recover.
    mutating func learn(from outcome: CallOutcome, at now: ContinuousClock.Instant) {
        let (before, held) = (rate, tokens(at: now))
        switch outcome {
        case .throttled: adaptive.throttled(at: now)
        case .answered, .failed, .timedOut, .failedAlone: adaptive.succeeded(at: now)
        case .abandoned: return
        }
        guard rate != before else { return }
        full = now + spacing * max(0, Double(capacity) - held)
    }
}

/// A sliding window log: it keeps the instants of the latest calls, so that no window of a fixed length holds more than the
/// limit, wherever it begins. A token bucket alone admits its burst and its rate in the same second. A pure value.
struct CallWindow: Sendable {
    /// Calls in one window; at least 1.
    let limit: Int
    let length: Duration
    /// When the latest calls began: a ring buffer once it holds as many as the limit.
    private var starts: [ContinuousClock.Instant] = []
    private var oldest = 0

    /// As many calls a second as the rate has. If that is no whole number, the next whole number in the time that so many
    /// calls take.
    ///
    /// The window is a twentieth longer than that: the service counts calls on arrival, and two calls that begin a second
    /// apart arrive less than a second apart if the first was delayed by a busy machine or a new connection.
    init(for rate: Rate) {
        limit = max(1, Int((rate.perSecond - 1e-9).rounded(.up)))
        let exact = rate.interval * limit / rate.count
        length = exact + exact / 20
    }

    /// Another limit from now on. The latest calls stay recorded.
    mutating func change(for rate: Rate) {
        let latest = starts[oldest...] + starts[..<oldest]
        self = CallWindow(for: rate)
        starts = Array(latest.suffix(limit))
    }

    /// How long until a call may begin that leaves room in the window for `kept` more; `kept` is below the limit.
    func wait(leaving kept: Int = 0, at now: ContinuousClock.Instant) -> Duration {
        let place = kept - (limit - starts.count)
        guard place >= 0 else { return .zero }
        return max(.zero, now.duration(to: starts[(oldest + place) % starts.count] + length))
    }

    /// Records that a call begins.
    mutating func record(at now: ContinuousClock.Instant) {
        guard starts.count == limit else { return starts.append(now) }
        starts[oldest] = now
        oldest = (oldest + 1) % limit
    }
}
