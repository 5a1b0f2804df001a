extension AdmissionState {
    /// Records how an attempt of a call in flight ended. The sooner this is known, the fewer other calls are throttled.
    mutating func attemptFailed(of grant: AdmissionGrant, _ outcome: CallOutcome, at now: ContinuousClock.Instant) {
        guard calls[grant.number]?.attemptFailed() == true else { return }
        budget?.learn(from: outcome, at: now)
    }

    /// Decides about another attempt of a call in flight.
    ///
    /// It takes a token with the priority of its call: for an interactive call it may wait for one, ahead of calls that
    /// have not begun; for a background call it is refused if there is none above the reserve now.
    mutating func retry(
        _ grant: AdmissionGrant, by deadline: ContinuousClock.Instant, at now: ContinuousClock.Instant
    ) -> Placement {
        guard breaker.admitsRetry(of: grant.pass) else {
            return refuseRetry(.breakerOpen(retryAfter: breaker.refusal(at: now) ?? .zero))
        }
        let lane = AdmissionLane(forRetryOf: grant.priority)
        let mayBegin = lane.map { isTurn(of: $0) } ?? queues.isEmpty
        if mayBegin, now < deadline, let grant = renew(grant, at: now) { return .decided(.success(grant)) }
        let wait = retryWait(of: grant, at: now)
        guard let lane, now + wait < deadline else { return refuseRetry(budgetUsedUp(for: wait)) }
        return .waits(in: lane)
    }

    /// Whether another attempt may be admitted by the deadline, as far as that is known now: the breaker admits one, and a
    /// token comes in time.
    func mayRetry(
        _ grant: AdmissionGrant, by deadline: ContinuousClock.Instant, at now: ContinuousClock.Instant
    ) -> Bool {
        breaker.admitsRetry(of: grant.pass) && now + retryWait(of: grant, at: now) < deadline
    }

    /// How long until there is a token for another attempt, after those that wait before it.
    private func retryWait(of grant: AdmissionGrant, at now: ContinuousClock.Instant) -> Duration {
        let lane = AdmissionLane(forRetryOf: grant.priority)
        let before = lane.map { queues.count(before: $0) + queues[$0].count } ?? queues.count
        return tokenWait(for: grant.priority, count: before + 1, at: now)
    }

    /// Puts a further attempt into the queue, where it waits for its token.
    mutating func enqueue(
        _ grant: AdmissionGrant, by deadline: ContinuousClock.Instant, as handle: Handle, waiterID: UInt64,
        in lane: AdmissionLane, at now: ContinuousClock.Instant
    ) {
        let request = AdmissionRequest(caller: 0, priority: grant.priority, deadline: deadline)
        let waiter = Waiter(handle: handle, request: request, arrival: now, latestBegin: deadline, held: grant)
        enqueue(waiter, waiterID: waiterID, in: lane)
    }

    /// Records the end of a call. `random`, from 0 to 1, is the breaker's jitter.
    mutating func end(
        _ grant: AdmissionGrant, _ outcome: CallOutcome, at now: ContinuousClock.Instant, random: Double
    ) {
        guard let call = calls[grant.number] else { return }
        if !call.hasAttemptFailed { budget?.learn(from: outcome, at: now) }
        if outcome == .answered { lastAnswer = now }
        if outcome != .abandoned, outcome != .failedAlone, !(outcome == .timedOut && call.isCutShort) {
            holdTime.record(call.begin.duration(to: now))
        }
        breaker.record(breakerOutcome(outcome, of: call), of: grant.pass, at: now, random: random)
        calls[grant.number] = nil
    }

    /// What the breaker learns. The time-out of an attempt that was cut short proves nothing if the service has answered
    /// another call meanwhile. Otherwise it counts: in an overload all attempts are cut short, and the service may be down.
    private func breakerOutcome(_ outcome: CallOutcome, of call: CallInFlight) -> Breaker.Outcome {
        guard outcome == .timedOut, call.isCutShort, let lastAnswer, lastAnswer > call.attemptBegin else {
            return outcome.forBreaker
        }
        return .ignored
    }

    private mutating func refuseRetry(_ refusal: AdmissionRefusal) -> Placement {
        counts.retriesRefused += 1
        return .decided(.failure(refusal))
    }
}

/// A call between its grant and its end.
struct CallInFlight: Sendable {
    let begin: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant
    /// From the arrival of the request to its deadline.
    let time: Duration
    /// When the latest attempt began.
    private(set) var attemptBegin: ContinuousClock.Instant
    /// Whether the failure of the latest attempt is recorded.
    private(set) var hasAttemptFailed = false

    init(of request: AdmissionRequest, since arrival: ContinuousClock.Instant, at now: ContinuousClock.Instant) {
        begin = now
        deadline = request.deadline
        time = arrival.duration(to: request.deadline)
        attemptBegin = now
    }

    /// Records that the latest attempt failed. Returns false if that was recorded already.
    mutating func attemptFailed() -> Bool {
        guard !hasAttemptFailed else { return false }
        hasAttemptFailed = true
        return true
    }

    mutating func attemptBegan(at now: ContinuousClock.Instant) {
        (attemptBegin, hasAttemptFailed) = (now, false)
    }

    /// Whether the latest attempt had less than three quarters of the request's time. The reason that there was no answer
    /// by the deadline is then the wait before the attempt rather than the service.
    var isCutShort: Bool { attemptBegin.duration(to: deadline) < time * 3 / 4 }
}

/// A smoothed mean of times and their deviation from it: SRTT and RTTVAR of RFC 6298 §2.
struct SmoothedTime: Sendable {
    /// Zero until something was recorded.
    private(set) var mean = Duration.zero
    private var deviation = Duration.zero
    private var isEmpty = true

    /// Four deviations above the mean, as the RTO of RFC 6298 §2.3: hardly any time exceeds it.
    var bound: Duration { mean + deviation * 4 }

    mutating func record(_ time: Duration) {
        guard !isEmpty else { return (mean, deviation, isEmpty) = (time, time / 2, false) }
        let distance = time > mean ? time - mean : mean - time
        deviation += (distance - deviation) / 4
        mean += (time - mean) / 8
    }
}
