package import Formats
package import SigV4

/// The rules of refreshing, without a clock, a lock or a task: each event changes the state and says what to do. They
/// are the rules on which the AWS SDKs agreed in 2026 (aws-sdk-java-v2#7028, botocore#3733, botocore#3773).
///
/// At most one fetch runs at a time. After a failed fetch the old set stays in use until it expires, and longer where
/// its origin is statically stable. After an error that is not recoverable callers get the error until the next fetch has
/// ended. No failure discards the old set.
package struct RefreshState: Sendable {
    /// What a caller asks for.
    package enum Request: Sendable {
        case current
        /// Another set than this one, which AWS rejected.
        case replacement(for: Credentials)
    }

    /// What the caller gets.
    package enum Decision: Sendable, Equatable {
        case use(Credentials)
        case fail(CredentialsError)
        /// Ask again when the next fetch has finished; one is running or wanted.
        case wait
    }

    private enum Phase {
        case idle, wanted, fetching, closed
    }

    private struct RecentError {
        let error: CredentialsError
        let cooldown: Cooldown
    }

    /// Wanted from the start, so that the first caller need not wait.
    private var phase = Phase.wanted
    private var held: HeldCredentials?
    /// The set that waiting callers want replaced.
    private var rejected: Credentials?
    /// Whether the fetch that is wanted or runs is only there because an operator asked for it.
    private var isEarly = false
    /// Whether an operator has asked for a fetch while one runs, which may have read what is out of date.
    private var wantsAnother = false
    /// After a failed fetch: no background refresh until this ends.
    private var cooldown: Cooldown?
    /// After a failed fetch, or one that brought the rejected set again: callers that need a fetch get this error for a
    /// moment, and for the whole cool-down where AWS rejects a set that has expired or only an operator can help. Otherwise every rejected request would
    /// call the source.
    private var recentError: RecentError?
    private var replacementBackoff = ReplacementBackoff()

    /// For how many milliseconds one failed fetch answers later callers.
    package static let errorCooldown: Int64 = 5_000

    /// Holds nothing and wants a fetch.
    package init() {}

    /// No fetch runs from now on: a held set is served as it is, and no caller waits.
    package mutating func close() {
        phase = .closed
    }
}

// MARK: - Callers

extension RefreshState {
    /// Decides a caller's request. `wait` makes a fetch wanted.
    package mutating func decide(_ request: Request, at now: Timestamp) -> Decision {
        if let credentials = servable(for: request, at: now) { return .use(credentials) }
        if let recentError, recentError.cooldown.covers(now) { return .fail(recentError.error) }
        if phase == .closed { return .fail(.stopped) }
        if case .replacement(let credentials) = request {
            guard permitsReplacement(at: now) else { return .fail(.replacementRejected) }
            rejected = credentials
        }
        if phase == .idle { phase = .wanted }
        return .wait
    }

    /// The back-off does not apply to a fetch that runs or is wanted anyway.
    private mutating func permitsReplacement(at now: Timestamp) -> Bool {
        let permits = replacementBackoff.permits(at: now)
        return permits || phase != .idle || held == nil
    }

    private func servable(for request: Request, at now: Timestamp) -> Credentials? {
        guard let held, !held.isWithheld else { return nil }
        switch request {
        case .current: return isServable(held, at: now) ? held.credentials : nil
        case .replacement(let rejected): return held.credentials.hasSameKeys(as: rejected) ? nil : held.credentials
        }
    }

    /// The held set for a caller whose wait for a fetch ended without one; nil where it is withheld, expired or rejected.
    package func lastResort(for request: Request, at now: Timestamp) -> Credentials? {
        guard case .current = request, let held, held.isUsable(at: now) else { return nil }
        return held.credentials
    }

    private func isServable(_ held: HeldCredentials, at now: Timestamp) -> Bool {
        if phase == .closed { return true }
        return held.isUsable(at: now) && (isCoolingDown(at: now) || !held.isRefreshMandatory(at: now))
    }

    private func isCoolingDown(at now: Timestamp) -> Bool {
        cooldown?.covers(now) == true || recentError?.cooldown.covers(now) == true
    }
}

// MARK: - Fetches

extension RefreshState {
    /// Whether a fetch is to begin now, because a caller waits for one or the set nears its expiration. True at most
    /// once until the fetch has finished.
    package mutating func beginsFetch(at now: Timestamp) -> Bool {
        guard phase == .wanted || (phase == .idle && isRefreshWelcome(at: now)) else { return false }
        phase = .fetching
        // Without a usable set one is needed in any case.
        isEarly = isEarly && held?.isUsable(at: now) == true
        return true
    }

    /// Wants a fetch although nothing makes one necessary. If it fails, the held set is served as before.
    package mutating func refreshEarly() {
        switch phase {
        case .idle: (phase, isEarly) = (.wanted, true)
        case .fetching: wantsAnother = true
        case .wanted, .closed: return
        }
        cooldown = nil
    }

    /// Also where no usable set is held, so that a gateway that lost its credentials recovers without a request.
    private func isRefreshWelcome(at now: Timestamp) -> Bool {
        guard !isCoolingDown(at: now) else { return false }
        guard let held, held.isUsable(at: now) else { return true }
        return held.isRefreshWelcome(at: now)
    }

    /// Ends a fetch that brought a set whose shape is right. Also takes a set that was known before any fetch: it counts
    /// as fetched now.
    package mutating func finishFetch(
        with fresh: Credentials, from origin: CredentialsOrigin, at now: Timestamp
    ) -> RefreshEvent {
        let replaced = endFetch()
        held = HeldCredentials(fresh, from: origin, fetchedAt: now)
        cooldown = nil
        recentError = nil
        if let replaced, fresh.hasSameKeys(as: replaced) { return keepHeld(because: .unchanged, at: now) }
        if replaced != nil { replacementBackoff.begin(at: now) }
        return .refreshed(expiration: fresh.expiration, from: origin)
    }

    /// Ends a fetch that failed. The source gets no background refresh for the cool-down. Where only an operator can mend
    /// it, callers get the error for as long.
    package mutating func finishFetch(
        failing error: CredentialsError, at now: Timestamp, cooldown failureCooldown: FailureCooldown
    ) -> RefreshEvent {
        let keepsHeld = isEarly
        _ = endFetch()
        if !keepsHeld {
            held?.refreshHasFailed = true
            held?.isWithheld = !error.isRecoverable
        }
        let isUsable = held?.isUsable(at: now) ?? false
        let length =
            isUsable ? failureCooldown.length(before: held?.timeLeft(at: now)) : failureCooldown.length(after: error)
        cooldown = Cooldown(from: now, milliseconds: length)
        let event = keepHeld(because: error, at: now)
        if isUsable ? held?.hasExpired(at: now) == true : !error.isRecoverable {
            recentError = RecentError(error: error, cooldown: Cooldown(from: now, milliseconds: length))
        }
        return event
    }

    /// The set that the fetch was to replace.
    private mutating func endFetch() -> Credentials? {
        defer { rejected = nil }
        // What was asked for while this one ran is for the next one.
        (phase, isEarly) = (wantsAnother ? .wanted : .idle, wantsAnother)
        wantsAnother = false
        return rejected
    }

    private mutating func keepHeld(because error: CredentialsError, at now: Timestamp) -> RefreshEvent {
        recentError = RecentError(error: error, cooldown: Cooldown(from: now, milliseconds: Self.errorCooldown))
        guard let held, held.isUsable(at: now) else { return .failed(error) }
        return .kept(expiration: held.credentials.expiration, because: error)
    }
}
