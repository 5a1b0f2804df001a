package import Formats
package import SigV4

/// The rules of refreshing, without a clock, a lock or a task: each event changes the state and says what to do. They
/// are those on which the AWS SDKs agreed in 2026 (aws-sdk-java-v2#7028, botocore#3733, botocore#3773).
///
/// At most one fetch is under way. A failed one leaves the old set in use until it ends, or, where its source says that
/// AWS may take it for longer, beyond. A failure that no repetition can mend takes the old set away.
package struct RefreshState: Sendable {
    /// What a caller asks for.
    package enum Question: Sendable {
        case current
        /// AWS refused this set.
        case replacement(for: Credentials)
    }

    /// What the caller is told.
    package enum Answer: Sendable, Equatable {
        case use(Credentials)
        case refuse(CredentialsError)
        /// Ask again when the next fetch has landed. Somebody has to begin it.
        case wait
    }

    private enum Phase {
        case idle, wanted, fetching, closed
    }

    private struct Refusal {
        let error: CredentialsError
        let cooldown: Cooldown
    }

    /// Wanted from the start, so that the first caller need not wait.
    private var phase = Phase.wanted
    private var held: HeldCredentials?
    /// The set that callers who wait want to be rid of.
    private var rejected: Credentials?
    /// After a failure that left a set to go on with: no fetch that nobody insists on.
    private var cooldown: Cooldown?
    /// After a failure, or a fetch that brought a refused set again: what to tell those who need a fetch, for a moment.
    /// Otherwise every refused request would call the source.
    private var refusal: Refusal?
    /// After a fetch that brought another set in the place of a refused one.
    private var replacementBackoff = ReplacementBackoff()

    /// How long a failed fetch answers for others, in milliseconds.
    package static let refusalLength: Int64 = 5_000
    private static let shortCooldown: Int64 = 60_000

    /// Nothing held, and a fetch wanted.
    package init() {}

    /// A set is known before anything was asked: it counts as fetched now.
    package mutating func begin(
        with credentials: Credentials, from origin: CredentialsOrigin, at now: Timestamp
    ) -> RefreshEvent {
        land(credentials, from: origin, at: now)
    }

    /// Nobody fetches any more: what is held is served as it is, and nobody waits.
    package mutating func close() {
        phase = .closed
    }
}

// MARK: - Asking

extension RefreshState {
    /// A caller asks.
    package mutating func answer(_ question: Question, at now: Timestamp) -> Answer {
        if let credentials = servable(for: question, at: now) { return .use(credentials) }
        if let refusal, refusal.cooldown.covers(now) { return .refuse(refusal.error) }
        if phase == .closed { return .refuse(.stopped) }
        if case .replacement(let credentials) = question {
            guard permitsReplacement(at: now) else { return .refuse(.refusedAgain) }
            rejected = credentials
        }
        if phase == .idle { phase = .wanted }
        return .wait
    }

    /// A fetch that begins anyway may be waited for.
    private mutating func permitsReplacement(at now: Timestamp) -> Bool {
        let permits = replacementBackoff.permits(at: now)
        return permits || phase != .idle || held == nil
    }

    private func servable(for question: Question, at now: Timestamp) -> Credentials? {
        guard let held else { return nil }
        switch question {
        case .current: return isServable(held, at: now) ? held.credentials : nil
        case .replacement(let rejected): return held.credentials.hasSameKeys(as: rejected) ? nil : held.credentials
        }
    }

    private func isServable(_ held: HeldCredentials, at now: Timestamp) -> Bool {
        if phase == .closed { return true }
        return held.isUsable(at: now) && (isCoolingDown(at: now) || !held.isRefreshMandatory(at: now))
    }

    private func isCoolingDown(at now: Timestamp) -> Bool {
        cooldown?.covers(now) == true || refusal?.cooldown.covers(now) == true
    }
}

// MARK: - Fetching

extension RefreshState {
    /// Whether a fetch is to begin now: somebody waits for one, or the set nears its end. True at most once until the
    /// fetch has landed.
    package mutating func beginsFetch(at now: Timestamp) -> Bool {
        guard phase == .wanted || (phase == .idle && isRefreshWelcome(at: now)) else { return false }
        phase = .fetching
        return true
    }

    /// With nothing to use always, so that a gateway that lost its credentials finds them by itself.
    private func isRefreshWelcome(at now: Timestamp) -> Bool {
        guard let held, held.isUsable(at: now) else { return refusal?.cooldown.covers(now) != true }
        return !isCoolingDown(at: now) && held.isRefreshWelcome(at: now)
    }

    /// The fetch brought a set whose shape is right.
    package mutating func land(
        _ fresh: Credentials, from origin: CredentialsOrigin, at now: Timestamp
    ) -> RefreshEvent {
        let unwanted = endFetch()
        held = HeldCredentials(fresh, from: origin, fetchedAt: now)
        cooldown = nil
        refusal = nil
        if let unwanted, fresh.hasSameKeys(as: unwanted) { return refuse(.unchanged, at: now) }
        if unwanted != nil { replacementBackoff.begin(at: now) }
        return .refreshed(expiration: fresh.expiration, from: origin)
    }

    /// The fetch failed. `cooldown` is how long, in milliseconds, the source is left alone if there is a set to go on with.
    package mutating func land(
        _ failure: CredentialsError, at now: Timestamp, cooldown milliseconds: Int64
    ) -> RefreshEvent {
        _ = endFetch()
        if !failure.isRecoverable { held = nil }
        held?.refreshHasFailed = true
        cooldown = Cooldown(from: now, milliseconds: cooldownLength(atMost: milliseconds))
        return refuse(failure, at: now)
    }

    /// A set that AWS takes no longer than it says is worth more attempts before its end.
    private func cooldownLength(atMost milliseconds: Int64) -> Int64 {
        held?.origin.isStaticallyStable == false ? min(milliseconds, Self.shortCooldown) : milliseconds
    }

    /// What the fetch was to bring a replacement for.
    private mutating func endFetch() -> Credentials? {
        defer { rejected = nil }
        phase = .idle
        return rejected
    }

    private mutating func refuse(_ error: CredentialsError, at now: Timestamp) -> RefreshEvent {
        refusal = Refusal(error: error, cooldown: Cooldown(from: now, milliseconds: Self.refusalLength))
        guard let held, held.isUsable(at: now) else { return .failed(error) }
        return .kept(expiration: held.credentials.expiration, because: error)
    }
}
