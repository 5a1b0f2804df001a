extension AdmissionState {
    /// What becomes of a call on arrival.
    enum Placement {
        case decided(Decision)
        /// It has to wait.
        case waits(in: AdmissionLane)
    }

    /// Decides about a call that arrives, unless it has to wait; then nothing is changed.
    mutating func arrive(_ request: AdmissionRequest, at now: ContinuousClock.Instant) -> Placement {
        let rights = rights(of: request.priority)
        if let refusal = refusalOutOfOrder(of: request, having: rights, at: now) {
            counts.record(refusal)
            return .decided(.failure(refusal))
        }
        let mayBegin = rights == .interactive ? isTurn(of: AdmissionLane(for: request.priority)) : queues.isEmpty
        if mayBegin, now < request.deadline, let grant = begin(request, as: rights, since: now, at: now) {
            return .decided(.success(grant))
        }
        switch queueOrRefusal(of: request, having: rights, at: now) {
        case .success(let lane): return .waits(in: lane)
        case .failure(let refusal):
            if request.priority == .background, refusal.reason == .budgetUsedUp {
                refreshOrder.recordRefusal(of: request.overdue(at: now), at: now)
            }
            return .decided(
                .failure(request.priority == .interactive ? inTurn(refusal, of: request, at: now) : refusal))
        }
    }

    /// A refusal for want of a token tells each call a time of its own.
    private mutating func inTurn(
        _ refusal: AdmissionRefusal, of request: AdmissionRequest, at now: ContinuousClock.Instant
    ) -> AdmissionRefusal {
        guard case .budgetUsedUp(let wait, _) = refusal else { return refusal }
        let spacing = tokenWait(for: .interactive, count: 2, at: now) - tokenWait(for: .interactive, at: now)
        return budgetUsedUp(for: laterTurns.next(for: request.caller, after: wait, every: spacing, at: now))
    }

    /// Decides about a call that can wait. The decision is delivered to its handle, now or later.
    mutating func arrive(
        _ request: AdmissionRequest, as handle: Handle, waiterID: UInt64, at now: ContinuousClock.Instant
    ) {
        let waiter = Waiter(
            handle: handle, request: request, arrival: now, latestBegin: request.deadline - holdTime.bound)
        switch arrive(request, at: now) {
        case .decided(let decision): deliver(decision, to: waiter)
        case .waits(let lane): enqueue(waiter, waiterID: waiterID, in: lane)
        }
    }

    /// Puts a waiter into the queue; the entry that has to make room for it is refused.
    mutating func enqueue(_ waiter: Waiter, waiterID: UInt64, in lane: AdmissionLane) {
        let dropped = queues[lane].append(waiter, id: waiterID, of: waiter.request.caller)
        if let dropped { refuse(dropped, .queueFull(retryAfter: holdTime.mean)) }
        trackDeadline(of: waiter)
    }

    /// The task of a waiter was cancelled. Without effect if that waiter is not in a queue.
    mutating func cancel(waiterID: UInt64) {
        for lane in AdmissionLane.allCases {
            if let waiter = queues[lane].remove(waiterID) { return refuse(waiter, .cancelled) }
        }
    }

    /// The priority with whose rights a call is treated: what is owed has those of an interactive call.
    private func rights(of priority: CallPriority) -> CallPriority {
        owed.contains(priority, beside: queues[AdmissionLane(for: priority)].count) ? .interactive : priority
    }

    /// Whether a call that arrives for this lane has to be served before all that wait.
    func isTurn(of lane: AdmissionLane) -> Bool {
        queues[lane].isEmpty && queues.count(before: lane) == 0
    }

    /// A refusal of a background call if the budget is left to those that are overdue for longer. What else may refuse it
    /// comes first.
    private mutating func refusalOutOfOrder(
        of request: AdmissionRequest, having rights: CallPriority, at now: ContinuousClock.Instant
    ) -> AdmissionRefusal? {
        guard request.priority == .background, breaker.refusal(at: now) == nil, hasPermit(for: rights)
        else { return nil }
        let overdue = request.overdue(at: now)
        let wait = refreshOrder.wait(for: overdue, at: now)
        guard wait > .zero else { return nil }
        if rights == .interactive || queues.isEmpty && tokenWait(for: rights, at: now) == .zero {
            refreshOrder.recordUnusedToken(of: overdue)
        }
        return budgetUsedUp(for: wait)
    }

    /// The lane in which a call that cannot begin now has to wait, or why it is refused.
    private func queueOrRefusal(
        of request: AdmissionRequest, having rights: CallPriority, at now: ContinuousClock.Instant
    ) -> Result<AdmissionLane, AdmissionRefusal> {
        if let wait = breaker.refusal(at: now) { return .failure(.breakerOpen(retryAfter: wait)) }
        let lane = AdmissionLane(for: request.priority)
        guard rights == .interactive, queues[lane].limit > 0 else {
            return .failure(refusalNow(for: rights, at: now))
        }
        if let refusal = refusalIfTooLate(of: request, in: lane, at: now) { return .failure(refusal) }
        guard queues[lane].accepts(request.caller) else { return .failure(.queueFull(retryAfter: holdTime.mean)) }
        return .success(lane)
    }

    /// Why a call that may not wait cannot begin now.
    private func refusalNow(
        for priority: CallPriority, at now: ContinuousClock.Instant
    ) -> AdmissionRefusal {
        guard hasPermit(for: priority) else { return .tooManyInFlight(retryAfter: holdTime.mean) }
        return budgetUsedUp(for: tokenWait(for: priority, count: queues.count + 1, at: now))
    }

    /// A refusal if the call's turn would come too late for nearly any call to be answered by the deadline. With the mean
    /// hold time instead of the bound, half of the calls that wait longest in an overload would be late and waste a token.
    private func refusalIfTooLate(
        of request: AdmissionRequest, in lane: AdmissionLane, at now: ContinuousClock.Instant
    ) -> AdmissionRefusal? {
        let position = queues.count(before: lane) + queues[lane].position(of: request.caller)
        let tokens = tokenWait(for: .interactive, count: position + 1, at: now)
        let permits = permitWait(position: position)
        guard now + max(tokens, permits) + holdTime.bound >= request.deadline else { return nil }
        return tokens > permits ? budgetUsedUp(for: tokens) : .deadlineTooClose(retryAfter: permits)
    }

    /// How long until a permit is free for the call with so many before it, if every permit is given back once in a hold
    /// time. Retries before it hold their permits already, so the figure is too high while there are some.
    private func permitWait(position: Int) -> Duration {
        let missing = position + 1 - (permits - inFlight)
        return missing > 0 ? holdTime.mean * missing / permits : .zero
    }
}
