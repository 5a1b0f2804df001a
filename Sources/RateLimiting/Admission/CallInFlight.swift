/// What is known of a call between its grant and its end.
struct CallInFlight: Sendable {
    let begin: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant
    /// What the request had from its arrival to its deadline.
    let time: Duration
    /// When the latest attempt began, and, once that is told, when it failed.
    private(set) var attemptBegin: ContinuousClock.Instant
    private(set) var attemptEnd: ContinuousClock.Instant?

    init(of request: AdmissionRequest, since arrival: ContinuousClock.Instant, at now: ContinuousClock.Instant) {
        begin = now
        deadline = request.deadline
        time = arrival.duration(to: request.deadline)
        attemptBegin = now
    }

    /// The latest attempt failed. Only the first word counts. False if it was told already.
    mutating func attemptFailed(at now: ContinuousClock.Instant) -> Bool {
        guard attemptEnd == nil else { return false }
        attemptEnd = now
        return true
    }

    mutating func attemptBegan(at now: ContinuousClock.Instant) {
        (attemptBegin, attemptEnd) = (now, nil)
    }

    /// The time of the latest attempt alone: neither back-off nor the wait for a token is the service's.
    func latency(at now: ContinuousClock.Instant) -> Duration {
        attemptBegin.duration(to: attemptEnd ?? now)
    }

    /// Whether the latest attempt had less than most, three quarters, of what the request had. That there was no answer
    /// by the deadline is then the fault of what went before it rather than the service's.
    var isCutShort: Bool { attemptBegin.duration(to: deadline) < time * 3 / 4 }
}
