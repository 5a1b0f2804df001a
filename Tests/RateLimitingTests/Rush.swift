import TestSupport

@testable import RateLimiting

/// Callers that each want many calls and ask for several at a time, on a clock of our own. A call takes 50 ms; whoever is
/// refused asks again within a second.
final class Rush {
    static let patience = Duration.seconds(5)

    private(set) var office: Office
    let start: ContinuousClock.Instant
    private let callers: Range<Int>
    private let atOnce: Int
    private var random = SplitMix64(seed: 17)
    private var callerOf: [Int: Int] = [:]
    /// What each caller has asked for and not heard of yet.
    private var outstanding: [Int: Int] = [:]
    private var ends: [(at: ContinuousClock.Instant, number: Int)] = []
    private var seen = (admitted: 0, refused: 0)
    private var number = 0
    private(set) var begins: [(caller: Int, at: Duration)] = []

    init(callers: Int, atOnce: Int, _ options: AdmissionOptions) {
        self.callers = 0..<callers
        self.atOnce = atOnce
        office = Office(options)
        start = office.now
    }

    /// Passes so many seconds.
    func run(seconds: Int) {
        for _ in 0..<seconds {
            for caller in callers.shuffled(using: &random) { ask(caller) }
            pass(until: office.now + .seconds(1))
        }
    }

    /// One call of a caller of its own; how long it waits for it.
    func lonelyCall() -> Duration? {
        let asked = start.duration(to: office.now)
        arrive(callers.upperBound)
        run(seconds: 10)
        return begins.first { $0.caller == callers.upperBound }.map { $0.at - asked }
    }

    private func ask(_ caller: Int) {
        while outstanding[caller, default: 0] < atOnce {
            let refused = office.refused.count
            arrive(caller)
            if office.refused.count > refused { return }
        }
    }

    private func arrive(_ caller: Int) {
        number += 1
        callerOf[number] = caller
        outstanding[caller, default: 0] += 1
        office.arrive(number, caller: UInt64(caller), within: Self.patience)
        note()
    }

    private func pass(until end: ContinuousClock.Instant) {
        while let next = [office.next, ends.first?.at].compactMap(\.self).min(), next <= end {
            advance(to: max(next, office.now))
            while let first = ends.first, first.at <= office.now {
                ends.removeFirst()
                office.end(first.number, .answered)
                note()
                if let caller = callerOf[first.number] { hear(caller) }
            }
        }
        advance(to: end)
    }

    private func advance(to instant: ContinuousClock.Instant) {
        office.pass(office.now.duration(to: instant))
        note()
    }

    private func hear(_ caller: Int) {
        outstanding[caller, default: 0] -= 1
        if callers.contains(caller) { ask(caller) }
    }

    private func note() {
        for number in office.admitted[seen.admitted...] {
            begins.append((callerOf[number] ?? -1, start.duration(to: office.now)))
            ends.append((office.now + .milliseconds(50), number))
        }
        for (number, _) in office.refused[seen.refused...] {
            if let caller = callerOf[number] { outstanding[caller, default: 0] -= 1 }
        }
        seen = (office.admitted.count, office.refused.count)
    }
}
