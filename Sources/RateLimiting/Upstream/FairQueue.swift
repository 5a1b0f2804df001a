/// A bounded queue that serves callers in turn and each caller's entries in the order they came: round robin, which is
/// deficit round robin (Shreedhar and Varghese) where everything costs one. Not safe for concurrent access.
///
/// A caller with nothing waiting is served within one turn, however much others have. When the queue is full, an entry of
/// a caller with fewer entries replaces the newest entry of the caller with the most. So a caller with a thousand entries
/// can neither starve a caller with one nor keep it out. Constant time, except that a replacement looks at each caller.
struct FairQueue<Element: Sendable>: Sendable {
    private struct Entry {
        let element: Element
        let caller: UInt64
        var previous: UInt64?
        var next: UInt64?
    }

    /// The entries of one caller, and the callers before and after it in the ring of turns.
    private struct CallerQueue {
        var first: UInt64
        var last: UInt64
        var count: Int
        var previous: UInt64
        var next: UInt64
    }

    let limit: Int
    private var entries: [UInt64: Entry] = [:]
    private var queues: [UInt64: CallerQueue] = [:]
    /// The caller whose turn it is.
    private var turn: UInt64?
    /// How many callers have so many entries.
    private var callersByCount: [Int: Int] = [:]
    /// The most entries of one caller.
    private var longest = 0

    init(limit: Int) {
        self.limit = max(0, limit)
    }

    var count: Int { entries.count }
    var isEmpty: Bool { entries.isEmpty }

    /// The IDs of the entries whose elements satisfy the condition, in no order.
    func ids(where holds: (Element) -> Bool) -> [UInt64] {
        entries.compactMap { holds($0.value.element) ? $0.key : nil }
    }

    /// The least value among the elements; nil if there are none.
    func least<Value: Comparable>(_ value: (Element) -> Value) -> Value? {
        entries.values.reduce(nil) { least, entry in
            let value = value(entry.element)
            return least.map { min($0, value) } ?? value
        }
    }

    /// The element whose turn it is.
    var first: Element? { turn.flatMap { queues[$0] }.flatMap { entries[$0.first]?.element } }

    func count(of caller: UInt64) -> Int { queues[caller]?.count ?? 0 }

    /// Whether there is room for one more entry of the caller, if need be in place of another caller's.
    func accepts(_ caller: UInt64) -> Bool {
        count < limit || count(of: caller) + 1 < longest
    }

    /// How many entries are served before one more entry of the caller, if no more arrive: of each other caller at most as
    /// many as of this one, the new entry included.
    func position(of caller: UInt64) -> Int {
        let own = count(of: caller)
        let others = queues.count - (own > 0 ? 1 : 0)
        return min(count, own + others * (own + 1))
    }

    /// Adds an entry under an unused ID and returns the entry that it replaces, if any. The queue has to accept the caller.
    mutating func append(_ element: Element, id: UInt64, of caller: UInt64) -> Element? {
        let dropped = count < limit ? nil : dropNewest()
        let last = queues[caller]?.last
        entries[id] = Entry(element: element, caller: caller, previous: last, next: nil)
        if let last {
            entries[last]?.next = id
            queues[caller]?.last = id
        } else {
            addCaller(caller, with: id)
        }
        countOneMore(of: caller)
        return dropped
    }

    /// Takes out the element whose turn it is.
    mutating func popFirst() -> Element? {
        guard let caller = turn, let queue = queues[caller] else { return nil }
        turn = queue.next
        return remove(queue.first)
    }

    /// Takes an entry out wherever it is; nil if it is not there.
    mutating func remove(_ id: UInt64) -> Element? {
        guard let entry = entries.removeValue(forKey: id) else { return nil }
        if let previous = entry.previous { entries[previous]?.next = entry.next }
        if let next = entry.next { entries[next]?.previous = entry.previous }
        if queues[entry.caller]?.first == id, let next = entry.next { queues[entry.caller]?.first = next }
        if queues[entry.caller]?.last == id, let previous = entry.previous { queues[entry.caller]?.last = previous }
        countOneLess(of: entry.caller)
        if queues[entry.caller]?.count == 0 { removeCaller(entry.caller) }
        return entry.element
    }

    private mutating func dropNewest() -> Element? {
        queues.values.first { $0.count == longest }.flatMap { remove($0.last) }
    }
}

extension FairQueue {
    /// Gives a new caller the last turn of the current round.
    private mutating func addCaller(_ caller: UInt64, with id: UInt64) {
        let next = turn ?? caller
        let previous = queues[next]?.previous ?? caller
        queues[caller] = CallerQueue(first: id, last: id, count: 0, previous: previous, next: next)
        queues[previous]?.next = caller
        queues[next]?.previous = caller
        if turn == nil { turn = caller }
    }

    private mutating func removeCaller(_ caller: UInt64) {
        guard let queue = queues.removeValue(forKey: caller) else { return }
        queues[queue.previous]?.next = queue.next
        queues[queue.next]?.previous = queue.previous
        if turn == caller { turn = queues.isEmpty ? nil : queue.next }
    }

    private mutating func countOneMore(of caller: UInt64) {
        let count = count(of: caller) + 1
        recount(from: count - 1, to: count, of: caller)
        longest = max(longest, count)
    }

    private mutating func countOneLess(of caller: UInt64) {
        let count = count(of: caller) - 1
        recount(from: count + 1, to: count, of: caller)
        if callersByCount[longest] == nil { longest -= 1 }
    }

    private mutating func recount(from old: Int, to new: Int, of caller: UInt64) {
        queues[caller]?.count = new
        if let callers = callersByCount[old] { callersByCount[old] = callers == 1 ? nil : callers - 1 }
        if new > 0 { callersByCount[new, default: 0] += 1 }
    }
}
