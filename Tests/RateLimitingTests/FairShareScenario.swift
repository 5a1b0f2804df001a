import TestSupport

@testable import RateLimiting

/// Callers that each want many calls and ask for several at a time, on a clock of its own. A call takes 50 ms; a refused
/// caller asks again within a second.
final class FairShareScenario {
    static let timeout = Duration.seconds(5)

    private(set) var admission: AdmissionScenario
    let start: ContinuousClock.Instant
    private let callers: Range<Int>
    private let atOnce: Int
    private var random = SplitMix64(seed: 17)
    private var callerOf: [Int: Int] = [:]
    /// The undecided and unfinished calls of each caller.
    private var outstanding: [Int: Int] = [:]
    private var ends: [(at: ContinuousClock.Instant, number: Int)] = []
    private var seen = (admitted: 0, refused: 0)
    private var number = 0
    private(set) var begins: [(caller: Int, at: Duration)] = []

    init(callers: Int, atOnce: Int, _ options: AdmissionOptions) {
        self.callers = 0..<callers
        self.atOnce = atOnce
        admission = AdmissionScenario(options)
        start = admission.now
    }

    /// Lets all callers ask for so many seconds.
    func run(seconds: Int) {
        for _ in 0..<seconds {
            for caller in callers.shuffled(using: &random) { ask(caller) }
            pass(until: admission.now + .seconds(1))
        }
    }

    /// Makes one call of a new caller and returns how long it waits.
    func lonelyCall() -> Duration? {
        let asked = start.duration(to: admission.now)
        arrive(callers.upperBound)
        run(seconds: 10)
        return begins.first { $0.caller == callers.upperBound }.map { $0.at - asked }
    }

    private func ask(_ caller: Int) {
        while outstanding[caller, default: 0] < atOnce {
            let refused = admission.refused.count
            arrive(caller)
            if admission.refused.count > refused { return }
        }
    }

    private func arrive(_ caller: Int) {
        number += 1
        callerOf[number] = caller
        outstanding[caller, default: 0] += 1
        admission.arrive(number, caller: UInt64(caller), within: Self.timeout)
        recordDecisions()
    }

    private func pass(until end: ContinuousClock.Instant) {
        while let next = [admission.next, ends.first?.at].compactMap(\.self).min(), next <= end {
            advance(to: max(next, admission.now))
            while let first = ends.first, first.at <= admission.now {
                ends.removeFirst()
                admission.end(first.number, .answered)
                recordDecisions()
                if let caller = callerOf[first.number] { ended(caller) }
            }
        }
        advance(to: end)
    }

    private func advance(to instant: ContinuousClock.Instant) {
        admission.pass(admission.now.duration(to: instant))
        recordDecisions()
    }

    private func ended(_ caller: Int) {
        outstanding[caller, default: 0] -= 1
        if callers.contains(caller) { ask(caller) }
    }

    private func recordDecisions() {
        for number in admission.admitted[seen.admitted...] {
            begins.append((callerOf[number] ?? -1, start.duration(to: admission.now)))
            ends.append((admission.now + .milliseconds(50), number))
        }
        for (number, _) in admission.refused[seen.refused...] {
            if let caller = callerOf[number] { outstanding[caller, default: 0] -= 1 }
        }
        seen = (admission.admitted.count, admission.refused.count)
    }
}
