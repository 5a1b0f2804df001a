import Caching
import HeapModule
import RateLimiting
import Transcribe

/// When each watched job is asked for next: the one that has been due the longest comes first, so that each has its turn
/// however many there are. A pure value; time is an argument.
struct WatchSchedule: Sendable {
    /// How long no watched job is asked for after a refusal. Not longer than this, for a part of the budget is owed to watched
    /// jobs, and is had only by asking for it.
    static func pause(after refusal: AdmissionRefusal) -> Duration {
        min(max(refusal.retryAfter, .milliseconds(10)), .milliseconds(200))
    }

    private struct Look: Sendable {
        var due: Moment
        /// Tells the valid entry of the heap from older ones.
        var turn: UInt64
        /// Whether a fetch of the job is under way.
        var isUnderWay = false
        /// When the job is due at the latest after that fetch.
        var latest: Moment?
    }

    /// An entry of the heap. Those that come first in time come first of all, then those that were entered first.
    private struct Turn: Comparable, Sendable {
        let due: Moment
        let number: UInt64
        let name: JobName

        static func < (one: Turn, other: Turn) -> Bool { (one.due, one.number) < (other.due, other.number) }
        static func == (one: Turn, other: Turn) -> Bool { one.number == other.number }
    }

    /// Fetches for watched jobs that may be under way at a time.
    private var limit: Int
    /// The same while calls are refused: halved by each refusal, one more with each answer.
    private var allowed: Int
    private var looks: [JobName: Look] = [:]
    private var turns = Heap<Turn>()
    private var numbers: UInt64 = 0
    /// Fetches for watched jobs that are under way.
    private(set) var underWay = 0
    private var pauseEnd: Moment?

    init(limit: Int) {
        self.limit = max(1, limit)
        allowed = self.limit
    }

    mutating func change(limit: Int) {
        self.limit = max(1, limit)
        allowed = min(allowed, self.limit)
    }

    /// Watched jobs.
    var count: Int { looks.count }

    /// Entries of the heap, those of jobs among them that are watched no more.
    var entries: Int { turns.count }

    func contains(_ name: JobName) -> Bool { looks[name] != nil }

    /// Watches a job that is not watched yet.
    mutating func add(_ name: JobName, due: Moment) {
        looks[name] = Look(due: due, turn: enter(name, due))
    }

    /// Watches a job no more.
    mutating func remove(_ name: JobName) {
        guard let look = looks.removeValue(forKey: name) else { return }
        if look.isUnderWay { underWay -= 1 }
        removeInvalidTurns()
    }

    /// The next job to be asked for; nil if none is due now, or may be asked for. Its fetch is under way from then on.
    mutating func next(at now: Moment) -> JobName? {
        if let pauseEnd, now < pauseEnd { return nil }
        pauseEnd = nil
        while underWay < allowed, let first = turns.min, first.due <= now {
            turns.removeMin()
            guard isValid(first) else { continue }
            looks[first.name]?.isUnderWay = true
            underWay += 1
            return first.name
        }
        return nil
    }

    /// When ``next(at:)`` may give a job; nil if that depends on the end of a fetch.
    var wakeUp: Moment? {
        guard underWay < allowed, let first = turns.min else { return nil }
        return max(first.due, pauseEnd ?? first.due)
    }

    /// A fetch of the job has ended, whatever it was for: the job is due again then.
    mutating func reschedule(_ name: JobName, due: Moment) {
        guard let look = looks[name] else { return }
        if look.isUnderWay { underWay -= 1 }
        allowed = min(limit, allowed + 1)
        let due = look.latest.map { min($0, due) } ?? due
        looks[name] = Look(due: due, turn: enter(name, due))
    }

    /// The job is due earlier than it was; what a fetch brings that is under way does not change that.
    mutating func hasten(_ name: JobName, due: Moment) {
        guard let look = looks[name] else { return }
        if look.isUnderWay {
            looks[name]?.latest = min(look.latest ?? due, due)
        } else if due < look.due {
            looks[name] = Look(due: due, turn: enter(name, due))
        }
    }

    /// The job is known to be as it was, and is due later than it was. What a fetch brings that is under way counts more.
    mutating func delay(_ name: JobName, until due: Moment) {
        guard let look = looks[name], !look.isUnderWay, look.due < due else { return }
        looks[name] = Look(due: due, turn: enter(name, due))
    }

    /// A fetch of the job was refused, because the gateway makes no call now: the job keeps its turn, and no watched job is
    /// asked for until then.
    mutating func postpone(_ name: JobName, until end: Moment) {
        guard let look = looks[name], look.isUnderWay else { return }
        underWay -= 1
        allowed = max(1, allowed / 2)
        looks[name]?.isUnderWay = false
        turns.insert(Turn(due: look.due, number: look.turn, name: name))
        pauseEnd = max(pauseEnd ?? end, end)
    }

    private mutating func enter(_ name: JobName, _ due: Moment) -> UInt64 {
        removeInvalidTurns()
        numbers += 1
        turns.insert(Turn(due: due, number: numbers, name: name))
        return numbers
    }

    /// An entry that is not valid leaves when its turn comes; before most of all are such, all of them do.
    private mutating func removeInvalidTurns() {
        if turns.count > 2 * looks.count + 64 { turns = Heap(turns.unordered.filter(isValid)) }
    }

    private func isValid(_ turn: Turn) -> Bool {
        looks[turn.name].map { $0.turn == turn.number && !$0.isUnderWay } ?? false
    }
}
