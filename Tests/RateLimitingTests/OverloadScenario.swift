import TestSupport

@testable import RateLimiting

/// A healthy upstream and more calls than the rate allows, on a clock of its own; it counts how the calls end.
struct OverloadScenario {
    private(set) var admission: AdmissionScenario
    /// In milliseconds, evenly spread.
    var latency: ClosedRange<Int>
    private var random = SplitMix64(seed: 5)
    private var ends: [(at: ContinuousClock.Instant, number: Int, outcome: CallOutcome)] = []
    private var deadlines: [ContinuousClock.Instant] = []
    private var seen = 0
    private(set) var answered = 0
    private(set) var timedOut = 0

    init(_ options: AdmissionOptions, latency: ClosedRange<Int>) {
        admission = AdmissionScenario(options)
        self.latency = latency
    }

    /// Makes `perSecond` calls a second, of `callers` callers in turn, for so many seconds.
    mutating func run(callers: Int, perSecond: Int, seconds: Int) {
        for number in deadlines.count..<deadlines.count + perSecond * seconds {
            deadlines.append(admission.now + .seconds(5))
            admission.arrive(number, caller: UInt64(number % callers))
            pass(.seconds(1) / perSecond)
        }
        pass(.seconds(6))
    }

    private mutating func pass(_ duration: Duration) {
        let end = admission.now + duration
        recordBegins()
        while let next = [admission.next, ends.first?.at].compactMap(\.self).min(), next <= end {
            admission.pass(admission.now.duration(to: max(next, admission.now)))
            recordBegins()
            while let first = ends.first, first.at <= admission.now {
                ends.removeFirst()
                admission.end(first.number, first.outcome)
                if first.outcome == .answered { answered += 1 } else { timedOut += 1 }
                recordBegins()
            }
        }
        admission.pass(admission.now.duration(to: end))
        recordBegins()
    }

    private mutating func recordBegins() {
        for number in admission.admitted[seen...] {
            let answer = admission.now + .milliseconds(Int.random(in: latency, using: &random))
            let deadline = deadlines[number]
            ends.append((min(answer, deadline), number, answer < deadline ? .answered : .timedOut))
        }
        if admission.admitted.count > seen { ends.sort { $0.at < $1.at } }
        seen = admission.admitted.count
    }
}
