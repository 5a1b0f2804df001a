extension AdmissionState {
    /// An attempt of a call in flight ended as told. The sooner this is known the fewer others are throttled too.
    mutating func attemptFailed(of grant: AdmissionGrant, _ outcome: CallOutcome, at now: ContinuousClock.Instant) {
        guard calls[grant.number]?.attemptFailed() == true else { return }
        budget?.learn(from: outcome, at: now)
    }

    /// A call in flight wants to make another attempt.
    ///
    /// A retry takes a token, and counts as its call does: that of an interactive call may wait for one, before
    /// those that have not begun; that of a background call is refused if there is none above the reserve now.
    mutating func retry(
        _ grant: AdmissionGrant, by deadline: ContinuousClock.Instant, at now: ContinuousClock.Instant
    ) -> Placement {
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
    mutating func enqueue(
        _ grant: AdmissionGrant, by deadline: ContinuousClock.Instant, as handle: Handle, waiterID: UInt64,
        in lane: AdmissionLane, at now: ContinuousClock.Instant
    ) {
        let request = AdmissionRequest(caller: 0, priority: grant.priority, deadline: deadline)
        let waiter = Waiter(handle: handle, request: request, arrival: now, latestBegin: deadline, held: grant)
        enqueue(waiter, waiterID: waiterID, in: lane)
    }

    /// A call ended. `random`, from 0 to 1, is the breaker's jitter.
    mutating func end(
        _ grant: AdmissionGrant, _ outcome: CallOutcome, at now: ContinuousClock.Instant, random: Double
    ) {
        guard let call = calls[grant.number] else { return }
        if !call.hasAttemptFailed { budget?.learn(from: outcome, at: now) }
        if outcome == .answered { lastAnswer = now }
        if outcome != .abandoned, !(outcome == .timedOut && call.isCutShort) {
            holdTime.record(call.begin.duration(to: now))
        }
        breaker.record(proof(in: outcome, of: call), of: grant.pass, at: now, random: random)
        calls[grant.number] = nil
    }

    /// The time-out of an attempt that was cut short says nothing of a service that has answered others meanwhile. If it
    /// has not, it may be down: in an overload all attempts are late, and the breaker would never hear of it.
    private func proof(in outcome: CallOutcome, of call: CallInFlight) -> Breaker.Outcome {
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

/// What is known of a call between its grant and its end.
struct CallInFlight: Sendable {
    let begin: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant
    /// What the request had from its arrival to its deadline.
    let time: Duration
    /// When the latest attempt began, and whether its failure was told.
    private(set) var attemptBegin: ContinuousClock.Instant
    private(set) var hasAttemptFailed = false

    init(of request: AdmissionRequest, since arrival: ContinuousClock.Instant, at now: ContinuousClock.Instant) {
        begin = now
        deadline = request.deadline
        time = arrival.duration(to: request.deadline)
        attemptBegin = now
    }

    /// The latest attempt failed. Only the first word counts. False if it was told already.
    mutating func attemptFailed() -> Bool {
        guard !hasAttemptFailed else { return false }
        hasAttemptFailed = true
        return true
    }

    mutating func attemptBegan(at now: ContinuousClock.Instant) {
        (attemptBegin, hasAttemptFailed) = (now, false)
    }

    /// Whether the latest attempt had less than most, three quarters, of what the request had. That there was no answer
    /// by the deadline is then the fault of what went before it rather than the service's.
    var isCutShort: Bool { attemptBegin.duration(to: deadline) < time * 3 / 4 }
}

/// A mean of times in which old ones fade, and how far from it they are: SRTT and RTTVAR of RFC 6298 §2.
struct SmoothedTime: Sendable {
    /// Zero until something was recorded.
    private(set) var mean = Duration.zero
    private var deviation = Duration.zero
    private var isEmpty = true

    /// What hardly any time exceeds: four deviations above the mean, as the RTO of RFC 6298 §2.3 has it.
    var bound: Duration { mean + deviation * 4 }

    mutating func record(_ time: Duration) {
        guard !isEmpty else { return (mean, deviation, isEmpty) = (time, time / 2, false) }
        let distance = time > mean ? time - mean : mean - time
        deviation += (distance - deviation) / 4
        mean += (time - mean) / 8
    }
}
