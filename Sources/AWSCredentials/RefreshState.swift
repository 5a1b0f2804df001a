package import SigV4

/// The rules of refreshing, without a clock, a lock or a task: each event changes the state and says what to do.
///
/// At most one fetch is under way. A failed one leaves the old set in use, even beyond its end: whether it is still
/// good is for AWS to say, and a clock that runs fast must not stop the service.
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

    private struct Held {
        let credentials: Credentials
        let schedule: RefreshSchedule?
    }

    private struct Refusal {
        let error: CredentialsError
        let pause: Pause
    }

    /// Wanted from the start, so that the first caller need not wait.
    private var phase = Phase.wanted
    private var held: Held?
    /// The set that callers who wait want to be rid of.
    private var rejected: Credentials?
    /// After a failure that left a set to go on with: no fetch that nobody insists on.
    private var lull: Pause?
    /// After a failure, or a fetch that brought a refused set again: what to tell those who need a fetch, for a moment.
    /// Otherwise every refused request would call the source.
    private var refusal: Refusal?

    /// How long a failed fetch answers for others, in milliseconds.
    package static let refusalLength: Int64 = 5_000

    /// Nothing held, and a fetch wanted.
    package init() {}

    /// A caller asks.
    package mutating func answer(_ question: Question, at now: Timestamp) -> Answer {
        if let credentials = servable(for: question, at: now) { return .use(credentials) }
        if let refusal, refusal.pause.covers(now) { return .refuse(refusal.error) }
        if phase == .closed { return .refuse(.stopped) }
        if phase == .idle { phase = .wanted }
        if case .replacement(let credentials) = question { rejected = credentials }
        return .wait
    }

    private func servable(for question: Question, at now: Timestamp) -> Credentials? {
        guard let held else { return nil }
        switch question {
        case .current: return isRefreshMandatory(at: now) ? nil : held.credentials
        case .replacement(let rejected): return held.credentials.hasSameKeys(as: rejected) ? nil : held.credentials
        }
    }

    private func isRefreshMandatory(at now: Timestamp) -> Bool {
        guard phase != .closed, !isPaused(at: now), let schedule = held?.schedule else { return false }
        return now >= schedule.mandatory
    }

    private func isPaused(at now: Timestamp) -> Bool {
        lull?.covers(now) == true || refusal?.pause.covers(now) == true
    }

    /// Whether a fetch is to begin now: somebody waits for one, or the set nears its end. True at most once until
    /// ``land(_:at:lull:)``.
    package mutating func beginsFetch(at now: Timestamp) -> Bool {
        guard phase == .wanted || (phase == .idle && isRefreshWelcome(at: now)) else { return false }
        phase = .fetching
        return true
    }

    /// With nothing held always, so that a gateway that started without credentials finds them by itself.
    private func isRefreshWelcome(at now: Timestamp) -> Bool {
        guard let held else { return refusal?.pause.covers(now) != true }
        guard !isPaused(at: now), let schedule = held.schedule else { return false }
        return now >= schedule.advisory
    }

    /// The fetch ended. `lull` is how long, in milliseconds, the source is left alone after a failure.
    package mutating func land(
        _ result: Result<Credentials, CredentialsError>, at now: Timestamp, lull milliseconds: Int64
    ) -> RefreshEvent {
        phase = .idle
        defer { rejected = nil }
        switch result {
        case .success(let fresh): return keep(fresh, at: now)
        case .failure(let error):
            lull = Pause(from: now, milliseconds: milliseconds)
            return refuse(error, at: now)
        }
    }

    private mutating func keep(_ fresh: Credentials, at now: Timestamp) -> RefreshEvent {
        let schedule = fresh.expiration.map { RefreshSchedule(expiration: $0, fetchedAt: now) }
        held = Held(credentials: fresh, schedule: schedule)
        lull = nil
        refusal = nil
        if let rejected, fresh.hasSameKeys(as: rejected) { return refuse(.unchanged, at: now) }
        return .refreshed(expiration: fresh.expiration)
    }

    private mutating func refuse(_ error: CredentialsError, at now: Timestamp) -> RefreshEvent {
        refusal = Refusal(error: error, pause: Pause(from: now, milliseconds: Self.refusalLength))
        guard let held else { return .failed(error) }
        return .kept(expiration: held.credentials.expiration, because: error)
    }

    /// Nobody fetches any more: what is held is served as it is, and nobody waits.
    package mutating func close() {
        phase = .closed
    }
}
