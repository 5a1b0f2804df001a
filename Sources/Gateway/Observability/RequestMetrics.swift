import CoreMetrics
import HTTPExchange
import HTTPTypes
import Telemetry

/// The metrics of requests: no label has more than a handful of values.
struct RequestMetrics: Sendable {
    private static let requests = "transcribe_gateway_requests"
    private static let shadow = "transcribe_gateway_shadow_refusals"
    private static let duration = "transcribe_gateway_request_duration"
    private static let age = "transcribe_gateway_answer_age"
    private static let purges = "transcribe_gateway_purges"
    /// Of replies that are no problem.
    private static let statuses: [HTTPResponse.Status] = [.ok, .noContent, .seeOther, .notModified]

    /// Of what is no problem, by status; statuses that no reply has share one, and replies that were not sent have the number
    /// 0.
    private let counters: [Counter]
    /// By the number of the problem's type: one for each status that it can have.
    private let problems: [[(status: Int, counter: Counter)]]
    /// Of one job, and of all.
    private let purges: LabelledCounters
    /// By route and outcome.
    private let timers: [Timer]
    private let ages: Timer
    private let shadowRefusals: Counter

    init(registry: PrometheusRegistry) {
        registry.describe(
            Self.requests,
            help: "Requests to the public listener, by status and problem; status none where no answer could be sent.")
        registry.describe(
            Self.duration, help: "Time from a request's header section to its answer, by route and outcome.")
        registry.describe(
            Self.age, help: "How long ago Amazon Transcribe was asked for the job that was answered.", buckets: .age)
        ages = Timer(label: Self.age, factory: registry)
        registry.describe(
            Self.shadow, help: "Requests that were answered over their client's limit (limits.client.shadow).")
        shadowRefusals = Counter(label: Self.shadow, factory: registry)
        purges = LabelledCounters(
            Self.purges, by: "of", ["job", "all"], help: "Purges of the cache by operators.", registry)
        func counter(_ status: String, _ code: String = "none") -> Counter {
            Counter(label: Self.requests, dimensions: [("status", status), ("code", code)], factory: registry)
        }
        problems = ProblemType.allCases.map { type in
            type.statusesOfAll.map { ($0, counter(String($0), type.rawValue)) }
        }
        var counters = Array(repeating: counter("other"), count: 600)
        for status in Self.statuses { counters[status.code] = counter(String(status.code)) }
        counters[0] = counter("none")
        self.counters = counters
        timers = Route.Kind.allCases.flatMap { route in
            Outcome.allCases.map { outcome in
                let dimensions = [("route", route.label), ("outcome", outcome.label)]
                return Timer(label: Self.duration, dimensions: dimensions, factory: registry)
            }
        }
    }

    /// - Parameter outcome: the number of an ``Outcome``.
    func record(_ record: RequestRecord.Contents, _ outcome: Int, wasSent: Bool) {
        counter(status: wasSent ? Int(record.status) : 0, problem: record.problem.map(Int.init)).increment()
        timers[Int(record.route) * Outcome.allCases.count + outcome].recordNanoseconds(record.elapsed)
        if wasSent, let age = record.age { ages.recordNanoseconds(age) }
        // A limit that is not enforced would have refused it.
        if record.isOverLimit { shadowRefusals.increment() }
    }

    /// Counts a reply that the HTTP library made by itself.
    func increment(status: Int) {
        let known = counters.indices.contains(status) ? status : 0
        counter(status: known, problem: ProblemType(libraryStatus: status)?.number).increment()
    }

    func recordPurge(isOfAll: Bool) { purges.increment(isOfAll ? "all" : "job") }

    private func counter(status: Int, problem: Int?) -> Counter {
        guard let problem, let known = problems[problem].first(where: { $0.status == status }) else {
            return counters[status]
        }
        return known.counter
    }
}

extension HistogramBuckets {
    /// Seconds from the shortest freshness to an hour.
    fileprivate static let age = HistogramBuckets([0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600])
}

/// How a request was answered, for its log line and the metrics. Numbered, so that it finds its metric in an array.
enum Outcome: Int, CaseIterable, Sendable {
    /// From the cache; that there is no such job counts too.
    case hit
    /// From the cache, past its freshness: while it is refreshed, or because AWS gave no answer.
    case stale
    /// By a call to AWS that this request began.
    case miss
    /// By a call to AWS that another request had begun.
    case collapsed
    /// After a wait for a change, or as a stream of changes.
    case watched
    /// The request was wrong.
    case refused
    /// The client's quota was used up.
    case limited
    /// There was no answer.
    case failed
    /// The client left while its request waited for AWS.
    case left
    /// Without a job: a page, a file, a redirection.
    case fixed
    /// There was an answer, and the client had gone before it was sent.
    case unsent

    var label: String {
        switch self {
        case .hit: "hit"
        case .stale: "stale"
        case .miss: "miss"
        case .collapsed: "collapsed"
        case .watched: "watched"
        case .refused: "refused"
        case .limited: "limited"
        case .failed: "failed"
        case .left: "left"
        case .fixed: "fixed"
        case .unsent: "unsent"
        }
    }
}
