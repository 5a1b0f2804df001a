extension AdmissionDesk {
    /// An attempt ended as told, and its call, still in flight, wants another.
    ///
    /// A retry takes a token, and counts as its call does: that of an interactive call or of a batch may wait for one,
    /// before those that have not begun; that of a background call is refused if there is none above the reserve now.
    mutating func retry(
        _ grant: AdmissionGrant, after outcome: CallOutcome, by deadline: ContinuousClock.Instant,
        at now: ContinuousClock.Instant
    ) -> Verdict {
        budget?.learn(from: outcome, at: now)
        guard breaker.admitsRetry(of: grant.pass) else {
            return refuseRetry(.breakerOpen(retryAfter: breaker.refusal(at: now) ?? .zero))
        }
        let lane = AdmissionLane(for: grant.priority, isRetry: true)
        if isTurn(of: lane), now < deadline, let grant = renew(grant, at: now) { return .decided(.success(grant)) }
        let before = lane.map { queues.count(before: $0) + queues[$0].count } ?? queues.count
        let wait = tokenWait(for: grant.priority, count: before + 1, at: now)
        guard let lane, now + wait < deadline else { return refuseRetry(.budgetUsedUp(retryAfter: wait)) }
        return .waits(in: lane)
    }

    /// Lets a retry wait for its token.
    mutating func lineUp(
        _ grant: AdmissionGrant, by deadline: ContinuousClock.Instant, as handle: Handle, ticket: UInt64,
        in lane: AdmissionLane, at now: ContinuousClock.Instant
    ) {
        let request = AdmissionRequest(caller: 0, priority: grant.priority, deadline: deadline)
        let waiter = Waiter(handle: handle, request: request, arrival: now, latestBegin: deadline, held: grant)
        lineUp(waiter, ticket: ticket, in: lane)
    }

    /// A call ended. `random`, from 0 to 1, is the breaker's jitter.
    mutating func end(
        _ grant: AdmissionGrant, _ outcome: CallOutcome, at now: ContinuousClock.Instant, random: Double
    ) {
        learn(from: outcome, after: grant.begin.duration(to: now), at: now)
        breaker.record(outcome.forBreaker, of: grant.pass, at: now, random: random)
        inFlight -= 1
    }

    private mutating func learn(from outcome: CallOutcome, after latency: Duration, at now: ContinuousClock.Instant) {
        budget?.learn(from: outcome, at: now)
        switch outcome {
        case .answered: limit.answered(after: latency, inFlight: inFlight, at: now)
        case .timedOut: limit.timedOut(after: latency, at: now)
        case .throttled, .failed, .abandoned: break
        }
        if outcome != .abandoned { holdTime.record(latency) }
    }

    private mutating func refuseRetry(_ refusal: AdmissionRefusal) -> Verdict {
        counts.retriesRefused += 1
        return .decided(.failure(refusal))
    }
}
