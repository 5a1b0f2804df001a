import HTTPExchange
import Synchronization
import Threads

/// The deadlines of all suspended requests. Any thread arms and disarms them; the server's own thread fires them.
final class RequestDeadlines: Sendable {
    private struct State {
        var heap = TimerHeap<SuspendedRequest>()
        /// Set when the server begins to stop: no request may wait for a change from then on.
        var isDraining = false
        /// Set when the server stops: no request may wait from then on.
        var isClosed = false
        /// When the firing thread wakes by itself.
        var nextFiring = ContinuousClock.now
    }

    private let state = Mutex(State())
    private let suspended = Atomic(0)
    private let wakeUp: WakeUp

    init(wakeUp: WakeUp) {
        self.wakeUp = wakeUp
    }

    /// Suspended requests and streams. A request whose reply is prepared and not sent yet has no deadline any more and still
    /// counts: the library may not stop until the reply is sent.
    var suspendedCount: Int { suspended.load(ordering: .acquiring) }

    func recordSuspension() { suspended.add(1, ordering: .relaxed) }

    /// Call it after the last use of the connection's handle.
    func recordResumption() { suspended.subtract(1, ordering: .releasing) }

    /// Wakes the firing thread only if it would sleep past this deadline, which a look-up's deadline some seconds away
    /// never needs. False if the server is stopping: then the wait has to end at once.
    func arm(_ request: SuspendedRequest) -> Bool {
        let (isArmed, isEarly) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.heap.insert(request)
            return (true, request.deadline < state.nextFiring)
        }
        if isEarly { wakeUp.signal() }
        return isArmed
    }

    /// Gives an armed request another deadline, for a wait that ends when the server begins to stop. False if it has begun:
    /// then the wait has to end at once.
    func postpone(_ request: SuspendedRequest, until deadline: ContinuousClock.Instant) -> Bool {
        let (mayWait, isEarly) = state.withLock { state in
            guard request.position != nil else { return (true, false) }
            guard !state.isDraining else { return (false, false) }
            state.heap.remove(request)
            (request.deadline, request.waitsForChange) = (deadline, true)
            state.heap.insert(request)
            return (true, deadline < state.nextFiring)
        }
        if isEarly { wakeUp.signal() }
        return mayWait
    }

    func disarm(_ request: SuspendedRequest) {
        state.withLock { $0.heap.remove(request) }
    }

    /// Ends the requests whose deadline has come. Returns when to call it again: at the next deadline, but not after
    /// `latest`.
    func fire(at now: ContinuousClock.Instant, wakingBy latest: ContinuousClock.Instant) -> ContinuousClock.Instant {
        var due: [SuspendedRequest] = []
        while let next = state.withLock({ $0.heap.popDue(at: now) }) { due.append(next) }
        SuspendedRequest.expire(due, because: .deadlinePassed)
        return state.withLock { state in
            state.nextFiring = min(state.heap.next ?? latest, latest)
            return state.nextFiring
        }
    }

    /// Ends the waits for a change and lets none begin.
    func startDraining() {
        let waiting = state.withLock { state in
            state.isDraining = true
            return state.heap.removeAll(where: \.waitsForChange)
        }
        SuspendedRequest.expire(waiting, because: .serverStopping)
    }

    /// Ends every wait and lets none begin: libmicrohttpd cannot stop while a request is suspended.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            return state.heap.removeAll()
        }
        SuspendedRequest.expire(waiting, because: .serverStopping)
    }
}

/// An element of a ``TimerHeap``. Only the heap writes `position`, under the lock that guards the heap.
protocol Timed: AnyObject {
    var deadline: ContinuousClock.Instant { get }
    var position: Int? { get set }
}

/// A binary min-heap by deadline. Each element knows its position, so that a cancelled one is removed at once instead of
/// staying until its time. Not safe for concurrent access.
struct TimerHeap<Element: Timed> {
    private var elements: [Element] = []

    var next: ContinuousClock.Instant? { elements.first?.deadline }

    mutating func insert(_ element: Element) {
        elements.append(element)
        element.position = elements.count - 1
        siftUp(from: elements.count - 1)
    }

    /// Removes the element if it is in the heap.
    mutating func remove(_ element: Element) {
        guard let position = element.position else { return }
        element.position = nil
        let last = elements.removeLast()
        guard position < elements.count else { return }
        place(last, at: position)
        siftUp(from: position)
        siftDown(from: last.position ?? position)
    }

    /// Removes the element with the first deadline, if that has come.
    mutating func popDue(at now: ContinuousClock.Instant) -> Element? {
        guard let first = elements.first, first.deadline <= now else { return nil }
        remove(first)
        return first
    }

    mutating func removeAll(where isWanted: (Element) -> Bool = { _ in true }) -> [Element] {
        let wanted = elements.filter(isWanted)
        for element in wanted { remove(element) }
        return wanted
    }

    private mutating func siftUp(from start: Int) {
        var child = start
        while child > 0, elements[child].deadline < elements[(child - 1) / 2].deadline {
            swap(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func siftDown(from start: Int) {
        var parent = start
        while let child = earlierChild(of: parent), elements[child].deadline < elements[parent].deadline {
            swap(child, parent)
            parent = child
        }
    }

    private func earlierChild(of parent: Int) -> Int? {
        let left = 2 * parent + 1
        guard left < elements.count else { return nil }
        let right = left + 1
        return right < elements.count && elements[right].deadline < elements[left].deadline ? right : left
    }

    private mutating func swap(_ a: Int, _ b: Int) {
        let element = elements[a]
        place(elements[b], at: a)
        place(element, at: b)
    }

    private mutating func place(_ element: Element, at position: Int) {
        elements[position] = element
        element.position = position
    }
}
