/// A queue for each lane, fair among the callers in it. Not safe for concurrent access.
struct AdmissionQueues<Element: Sendable>: Sendable {
    private var queues: [FairQueue<Element>]

    /// `limit` bounds each lane but those of the retries: they hold permits, which bounds them.
    init(limit: Int) {
        queues = AdmissionLane.allCases.map { FairQueue(limit: $0.isRetry ? .max : limit) }
    }

    subscript(lane: AdmissionLane) -> FairQueue<Element> {
        _read { yield queues[lane.rawValue] }
        _modify { yield &queues[lane.rawValue] }
    }

    /// All that wait.
    var count: Int { queues.reduce(0) { $0 + $1.count } }

    var isEmpty: Bool { queues.allSatisfy(\.isEmpty) }

    /// The lanes in which somebody waits, in their order.
    var occupied: [AdmissionLane] { AdmissionLane.allCases.filter { !self[$0].isEmpty } }

    /// How many wait in the lanes that are served before this one.
    func count(before lane: AdmissionLane) -> Int { queues.prefix(lane.rawValue).reduce(0) { $0 + $1.count } }
}
