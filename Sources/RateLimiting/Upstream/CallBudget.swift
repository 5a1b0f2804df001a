/// The attempts that all requests together may make upstream, in numbers: retries take a token as first attempts do. A
/// pure value; time is an argument.
///
/// Three rules, and a call needs the consent of all:
/// - A sliding window holds never more than the configured rate (`CallWindow`).
/// - A token bucket says how many of those may begin at once, its burst; a burst above the rate changes nothing. While
///   somebody waits no more than one token is saved up: what follows a burst is evenly spaced, not the same burst again
///   every second.
/// - The bucket fills at a rate that is learned from throttling (`AdaptiveRate`), never above the configured one.
///
/// Whoever is not interactive leaves a reserve in the bucket and in the window, so that interactive calls find it there
/// at any moment. While throttling keeps the bucket smaller than the reserve a full one still gives others a token: with
/// watchers alone nothing else would make the calls by which the rate recovers.
struct CallBudget: Sendable {
    private let burst: Double
    private let reserve: Int
    private var bucket: TokenBucket
    private var window: CallWindow
    private var adaptive: AdaptiveRate

    /// `burst`: tokens in a full bucket, at least 1; `reserve`: how many of them only interactive calls may use.
    init(rate: Rate, burst: Int, reserve: Int, at now: ContinuousClock.Instant) {
        self.burst = Double(max(1, burst))
        self.reserve = max(0, reserve)
        adaptive = AdaptiveRate(ceiling: rate.perSecond, at: now)
        bucket = TokenBucket(rate: adaptive.current, capacity: self.burst, at: now)
        window = CallWindow(for: rate)
    }

    /// Attempts a second allowed now.
    var rate: Double { adaptive.current }

    /// Tokens in the bucket.
    mutating func tokens(at now: ContinuousClock.Instant) -> Double {
        bucket.refill(at: now)
        return bucket.tokens
    }

    /// How long until the last of `count` attempts may begin if no other comes: the first as soon as it may (this is
    /// exact), the others as they come in the long run. Zero if now.
    mutating func wait(for priority: CallPriority, count: Int = 1, at now: ContinuousClock.Instant) -> Duration {
        bucket.refill(at: now)
        let (kept, share) = (kept(by: priority), window.limit - keptInWindow(by: priority))
        let first = max(
            bucket.wait(leaving: Double(kept)), window.wait(leaving: keptInWindow(by: priority), at: now))
        return first + max(.seconds(1 / rate), window.length / share) * (count - 1)
    }

    /// Takes a token for one attempt that begins now. False if there is a wait.
    mutating func take(for priority: CallPriority, at now: ContinuousClock.Instant) -> Bool {
        guard wait(for: priority, at: now) == .zero,
            bucket.take(leaving: Double(kept(by: priority)), at: now)
        else { return false }
        window.record(at: now)
        return true
    }

    /// Somebody waits: gives up what has been saved but for one token.
    mutating func pace(at now: ContinuousClock.Instant) {
        bucket.discard(above: 1, at: now)
    }

    /// Takes in how an attempt ended: throttling lowers the rate, any other answer lets it recover.
    mutating func learn(from outcome: CallOutcome, at now: ContinuousClock.Instant) {
        switch outcome {
        case .throttled: adaptive.throttled(at: now)
        case .answered, .failed, .timedOut: adaptive.succeeded(at: now)
        case .abandoned: return
        }
        let capacity = adaptive.isReduced ? min(burst, adaptive.current) : burst
        bucket.change(rate: adaptive.current, capacity: capacity, at: now)
    }

    private func kept(by priority: CallPriority) -> Int {
        priority == .interactive ? 0 : reserve
    }

    private func keptInWindow(by priority: CallPriority) -> Int {
        min(kept(by: priority), window.limit - 1)
    }
}

/// A log of the latest calls, by which no window of a fixed length holds more than so many, wherever it begins (sliding
/// window log). A token bucket alone lets its burst and its rate pass in the same second. A pure value.
struct CallWindow: Sendable {
    /// Calls in one window; at least 1.
    let limit: Int
    let length: Duration
    /// When the latest calls began: a ring once there are as many as the limit.
    private var starts: [ContinuousClock.Instant] = []
    private var oldest = 0

    /// As many calls a second as the rate has, or for a rate that is no whole number of calls in a second, the next
    /// whole number in the time that they take.
    ///
    /// The window is a twentieth longer than that: two calls that begin a second apart arrive less than a second apart
    /// if the first met with a busy machine or a new connection, and it is on arrival that the service counts.
    init(for rate: Rate) {
        limit = max(1, Int((rate.perSecond - 1e-9).rounded(.up)))
        let exact = rate.interval * limit / rate.count
        length = exact + exact / 20
    }

    /// How long until a call may begin that leaves room in the window for so many more, fewer than the limit.
    func wait(leaving kept: Int = 0, at now: ContinuousClock.Instant) -> Duration {
        let place = kept - (limit - starts.count)
        guard place >= 0 else { return .zero }
        return max(.zero, now.duration(to: starts[(oldest + place) % starts.count] + length))
    }

    /// A call begins.
    mutating func record(at now: ContinuousClock.Instant) {
        guard starts.count == limit else { return starts.append(now) }
        starts[oldest] = now
        oldest = (oldest + 1) % limit
    }
}
