extension AdmissionState {
    /// Begins every waiting call that may begin by now and refuses those that have waited too long.
    mutating func dispatch(at now: ContinuousClock.Instant) {
        rejectExpired(at: now)
        guard !queues.isEmpty else { return }
        if nextLane != nil { budget?.pace(at: now) }
        repeat { rejectWhileOpen(at: now) } while serveNext(at: now)
    }

    /// When there is something to dispatch if nothing else happens before; nil if no call waits.
    func nextDispatch(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        guard !queues.isEmpty else { return nil }
        let end = earliestEnd ?? now
        return nextLane == nil ? end : min(end, now + tokenWait(for: .interactive, at: now))
    }

    /// The first lane whose calls lack nothing but a token. Lanes after it need the same token.
    private var nextLane: AdmissionLane? {
        queues.occupied.first { $0.isRetry || hasPermit(for: .interactive) }
    }

    private mutating func serveNext(at now: ContinuousClock.Instant) -> Bool {
        guard let lane = nextLane, let waiter = queues[lane].first,
            let grant = grant(for: waiter, at: now)
        else { return false }
        _ = queues[lane].popFirst()
        counts.waits += 1
        counts.waited += waiter.arrival.duration(to: now)
        deliver(.success(grant), to: waiter)
        return true
    }

    private mutating func grant(
        for waiter: Waiter, at now: ContinuousClock.Instant
    ) -> AdmissionGrant? {
        guard let held = waiter.held else {
            return begin(waiter.request, as: .interactive, since: waiter.arrival, at: now)
        }
        return renew(held, at: now)
    }

    /// Begins another attempt of a call in flight, or returns nil if there is no token.
    mutating func renew(_ grant: AdmissionGrant, at now: ContinuousClock.Instant) -> AdmissionGrant? {
        guard takeToken(for: grant.priority, at: now) else { return nil }
        counts.retries += 1
        owed.record(grant.priority)
        calls[grant.number]?.attemptBegan(at: now)
        return grant
    }

    mutating func refuse(_ waiter: Waiter, _ refusal: AdmissionRefusal) {
        if waiter.held != nil { counts.retriesRefused += 1 }
        deliver(.failure(refusal), to: waiter)
    }

    /// Remembers the earliest instant at which a waiter has to be refused.
    mutating func trackDeadline(of waiter: Waiter) {
        earliestEnd = min(earliestEnd ?? waiter.latestBegin, waiter.latestBegin)
    }

    /// Refuses all waiting calls while the breaker does. While it is half open further attempts stay: their calls may be
    /// probes.
    private mutating func rejectWhileOpen(at now: ContinuousClock.Instant) {
        guard let wait = breaker.refusal(at: now) else { return }
        for lane in AdmissionLane.allCases where !lane.isRetry || breaker.state == .open {
            while let waiter = queues[lane].popFirst() { refuse(waiter, .breakerOpen(retryAfter: wait)) }
        }
    }

    /// Refuses the waiters whose time is over. It looks at all of them, but only when the earliest can be due.
    private mutating func rejectExpired(at now: ContinuousClock.Instant) {
        guard let end = earliestEnd, now >= end else { return }
        for lane in AdmissionLane.allCases {
            let late = queues[lane].ids { $0.latestBegin <= now }
            for waiterID in late {
                guard let waiter = queues[lane].remove(waiterID) else { continue }
                refuse(waiter, .deadlineTooClose(retryAfter: holdTime.mean))
            }
        }
        earliestEnd = AdmissionLane.allCases.compactMap { queues[$0].least(\.latestBegin) }.min()
    }
}
