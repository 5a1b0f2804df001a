import TestSupport

@testable import RateLimiting

/// Interactive, background and forced calls that arrive at random with given mean rates, on a clock of its own. A call
/// takes 100 ms. It counts what becomes of each kind.
struct ShareScenario {
    private var admission: AdmissionScenario
    private var random = SplitMix64(seed: 23)
    private var kinds: [Int: CallPriority] = [:]
    private var ends: [(at: ContinuousClock.Instant, number: Int)] = []
    private var seen = 0
    private(set) var asked: [CallPriority: Int] = [:]
    private(set) var admitted: [CallPriority: Int] = [:]
    private(set) var begins: [ContinuousClock.Instant] = []

    init(_ options: AdmissionOptions) {
        admission = AdmissionScenario(options)
    }

    /// The part of the calls of that kind that were admitted.
    func part(of kind: CallPriority) -> Double {
        Double(admitted[kind, default: 0]) / Double(max(1, asked[kind, default: 0]))
    }

    /// Lets calls arrive in each millisecond of so many seconds, by their mean number a second.
    mutating func run(seconds: Int, _ rates: [(kind: CallPriority, perSecond: Double)]) {
        for _ in 0..<seconds * 1_000 {
            for (kind, perSecond) in rates where random.fraction() < perSecond / 1_000 { arrive(kind) }
            pass(.milliseconds(1))
        }
    }

    private mutating func arrive(_ kind: CallPriority) {
        let number = kinds.count
        kinds[number] = kind
        asked[kind, default: 0] += 1
        admission.arrive(number, caller: UInt64(number % 50), priority: kind)
        recordBegins()
    }

    private mutating func pass(_ duration: Duration) {
        admission.pass(duration)
        recordBegins()
        while let first = ends.first, first.at <= admission.now {
            ends.removeFirst()
            admission.end(first.number, .answered)
            recordBegins()
        }
    }

    private mutating func recordBegins() {
        for number in admission.admitted[seen...] {
            admitted[kinds[number]!, default: 0] += 1
            begins.append(admission.now)
            ends.append((admission.now + .milliseconds(100), number))
        }
        seen = admission.admitted.count
    }
}
