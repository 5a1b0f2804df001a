@testable import RateLimiting

/// An admission desk with its visitors, on a clock that stands still until told. Visitors have numbers.
struct Office {
    private(set) var now = ContinuousClock().now
    private var desk: AdmissionDesk<Int>
    private var grants: [Int: AdmissionGrant] = [:]
    /// Those let in, and those turned away, in their order.
    private(set) var admitted: [Int] = []
    private(set) var refused: [(number: Int, refusal: AdmissionRefusal)] = []

    init(_ options: AdmissionOptions) {
        desk = AdmissionDesk(options, at: now)
    }

    var status: AdmissionStatus { desk.status(at: now) }

    mutating func arrive(
        _ number: Int, caller: UInt64, priority: CallPriority = .interactive, within timeout: Duration = .seconds(5)
    ) {
        let request = AdmissionRequest(caller: caller, priority: priority, deadline: now + timeout)
        desk.arrive(request, as: number, ticket: UInt64(number), at: now)
        settle()
    }

    mutating func attemptFailed(_ call: Int, _ outcome: CallOutcome) {
        guard let grant = grants[call] else { return }
        desk.attemptFailed(of: grant, outcome, at: now)
        settle()
    }

    /// The call of a visitor wants another attempt, under a number of its own.
    mutating func retry(
        _ call: Int, as number: Int, after outcome: CallOutcome, within timeout: Duration = .seconds(5)
    ) {
        guard let grant = grants[call] else { return }
        desk.attemptFailed(of: grant, outcome, at: now)
        switch desk.retry(grant, by: now + timeout, at: now) {
        case .decided(let answer): note(number, answer)
        case .waits(let lane):
            desk.lineUp(grant, by: now + timeout, as: number, ticket: UInt64(number), in: lane, at: now)
        }
        settle()
    }

    mutating func leave(_ number: Int) {
        desk.leave(ticket: UInt64(number))
        settle()
    }

    mutating func end(_ number: Int, _ outcome: CallOutcome) {
        guard let grant = grants.removeValue(forKey: number) else { return }
        desk.end(grant, outcome, at: now, random: 0)
        settle()
    }

    /// Time passes, and whatever is due meanwhile happens.
    mutating func pass(_ duration: Duration) {
        let end = now + duration
        while let next = desk.nextDispatch(at: now), next <= end {
            now = max(now, next)
            settle()
        }
        now = end
        settle()
    }

    /// When the next thing happens by itself.
    var next: ContinuousClock.Instant? { desk.nextDispatch(at: now) }

    private mutating func settle() {
        desk.dispatch(at: now)
        for (number, answer) in desk.takeAnswers() { note(number, answer) }
    }

    private mutating func note(_ number: Int, _ answer: AdmissionDesk<Int>.Answer) {
        switch answer {
        case .success(let grant):
            grants[number] = grant
            admitted.append(number)
        case .failure(let refusal): refused.append((number, refusal))
        }
    }
}
