import Synchronization

/// The calls that all requests together may make upstream: one token bucket, with a reserve for interactive misses and a
/// rate that follows what the service says. Safe to use from any thread.
public final class UpstreamBudget: Sendable {
    /// Who wants to make a call.
    public enum Priority: Sendable, CaseIterable {
        /// Somebody waits for the answer.
        case interactive
        /// Refreshes, watchers, batches: they leave the reserve alone.
        case background
    }

    /// The answer to who wants to make a call.
    public enum Grant: Hashable, Sendable {
        case granted
        /// No token; the duration is until there would be one at the present rate, if nobody else took it.
        case refused(until: Duration)
    }

    private struct State {
        var bucket: TokenBucket
        var rate: AdaptiveRate
    }

    private let burst: Double
    private let reserve: Double
    private let state: Mutex<State>

    /// - Parameters:
    ///   - burst: tokens in a full bucket, at least 1.
    ///   - reserve: tokens of the burst that only interactive misses may use. While throttling keeps the bucket smaller
    ///     than that, a full one still gives a background call its token: with watchers alone nothing else would make
    ///     the calls by which the rate recovers.
    public init(rate: Rate, burst: Int, reserve: Int, at now: ContinuousClock.Instant) {
        self.burst = Double(max(1, burst))
        self.reserve = Double(max(0, reserve))
        let adaptive = AdaptiveRate(ceiling: rate.perSecond, at: now)
        let bucket = TokenBucket(rate: adaptive.current, capacity: self.burst, at: now)
        state = Mutex(State(bucket: bucket, rate: adaptive))
    }

    /// Takes a token for one call.
    public func take(for priority: Priority, at now: ContinuousClock.Instant) -> Grant {
        let kept = priority == .interactive ? 0 : reserve
        return state.withLock {
            $0.bucket.take(leaving: kept, at: now) ? .granted : .refused(until: $0.bucket.wait(leaving: kept))
        }
    }

    /// A call was answered by throttling: the rate falls.
    public func throttled(at now: ContinuousClock.Instant) {
        adapt(at: now) { $0.throttled(at: now) }
    }

    /// A call ended in any other way: a reduced rate recovers.
    public func succeeded(at now: ContinuousClock.Instant) {
        adapt(at: now) { $0.succeeded(at: now) }
    }

    /// Calls a second allowed now.
    public var rate: Double { state.withLock { $0.rate.current } }

    /// Tokens in the bucket.
    public func tokens(at now: ContinuousClock.Instant) -> Double {
        state.withLock {
            $0.bucket.refill(at: now)
            return $0.bucket.tokens
        }
    }

    private func adapt(at now: ContinuousClock.Instant, by change: (inout AdaptiveRate) -> Void) {
        state.withLock {
            change(&$0.rate)
            let capacity = $0.rate.isReduced ? min(burst, $0.rate.current) : burst
            $0.bucket.change(rate: $0.rate.current, capacity: capacity, at: now)
        }
    }
}
