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
