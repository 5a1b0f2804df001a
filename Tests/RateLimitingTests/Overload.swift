import TestSupport

@testable import RateLimiting

/// A healthy upstream that is asked for more than the rate, on a clock of our own: how its calls end.
struct Overload {
    private(set) var office: Office
    /// In milliseconds, evenly spread.
    var latency: ClosedRange<Int>
    private var random = SplitMix64(seed: 5)
    private var ends: [(at: ContinuousClock.Instant, number: Int, outcome: CallOutcome)] = []
    private var deadlines: [ContinuousClock.Instant] = []
    private var seen = 0
    private(set) var answered = 0
    private(set) var timedOut = 0

    init(_ options: AdmissionOptions, latency: ClosedRange<Int>) {
        office = Office(options)
        self.latency = latency
    }

    /// So many calls a second of so many callers, for so long.
    mutating func run(callers: Int, perSecond: Int, seconds: Int) {
        for number in deadlines.count..<deadlines.count + perSecond * seconds {
            deadlines.append(office.now + .seconds(5))
            office.arrive(number, caller: UInt64(number % callers))
            pass(.seconds(1) / perSecond)
        }
        pass(.seconds(6))
    }

    private mutating func pass(_ duration: Duration) {
        let end = office.now + duration
        noteBegins()
        while let next = [office.next, ends.first?.at].compactMap(\.self).min(), next <= end {
            office.pass(office.now.duration(to: max(next, office.now)))
            noteBegins()
            while let first = ends.first, first.at <= office.now {
                ends.removeFirst()
                office.end(first.number, first.outcome)
                if first.outcome == .answered { answered += 1 } else { timedOut += 1 }
                noteBegins()
            }
        }
        office.pass(office.now.duration(to: end))
        noteBegins()
    }

    private mutating func noteBegins() {
        for number in office.admitted[seen...] {
            let answer = office.now + .milliseconds(Int.random(in: latency, using: &random))
            let deadline = deadlines[number]
            ends.append((min(answer, deadline), number, answer < deadline ? .answered : .timedOut))
        }
        if office.admitted.count > seen { ends.sort { $0.at < $1.at } }
        seen = office.admitted.count
    }
}
