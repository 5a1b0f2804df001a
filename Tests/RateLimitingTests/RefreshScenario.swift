import TestSupport

@testable import RateLimiting

/// Jobs whose stored answers are due for a refresh five seconds after the last one, each asked for about once a second, and
/// interactive calls beside them, on a clock of its own. A call takes 100 ms.
struct RefreshScenario {
    private var admission = AdmissionScenario(AdmissionOptions())
    private var random = SplitMix64(seed: 29)
    /// Since when each job has been due, or from when on it will be.
    private var due: [ContinuousClock.Instant] = []
    /// The jobs that are asked for in the coming hundredths of a second: a ring.
    private var requests: [[Int]] = Array(repeating: [], count: 128)
    private var now = 0
    /// The jobs of the calls, by their numbers; nil is an interactive call.
    private var calls: [Int?] = []
    private var ends: [(at: ContinuousClock.Instant, number: Int)] = []
    private var seen = 0
    /// How long the refreshed jobs had been due when their calls began, in seconds.
    private(set) var overdue: [Double] = []

    init(jobs count: Int) {
        due = (0..<count).map { _ in admission.now + .seconds(5 * random.fraction()) }
        for job in 0..<count { requests[Int.random(in: 0..<100, using: &random)].append(job) }
    }

    /// - Parameter interactive: the mean number of interactive calls a second.
    mutating func run(seconds: Int, interactive: Double) {
        for _ in 0..<seconds * 100 {
            if random.fraction() < interactive / 100 { arrive(nil) }
            let asked = requests[now % requests.count]
            requests[now % requests.count] = []
            for job in asked { request(job) }
            pass(.milliseconds(10))
            now += 1
        }
    }

    /// Forgets what was recorded so far.
    mutating func reset() { overdue = [] }

    private mutating func request(_ job: Int) {
        requests[(now + Int.random(in: 100..<125, using: &random)) % requests.count].append(job)
        if due[job] <= admission.now { arrive(job) }
    }

    private mutating func arrive(_ job: Int?) {
        calls.append(job)
        admission.arrive(
            calls.count - 1, caller: UInt64(calls.count % 50), priority: job == nil ? .interactive : .background,
            due: job.map { due[$0] })
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
            ends.append((admission.now + .milliseconds(100), number))
            guard let job = calls[number] else { continue }
            overdue.append(due[job].duration(to: admission.now) / .seconds(1))
            due[job] = admission.now + .seconds(5)
        }
        seen = admission.admitted.count
    }
}
