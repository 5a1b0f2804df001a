import HTTPExchange
import Synchronization

/// The deadlines of all suspended requests. Any thread arms and disarms; the server's own thread fires.
final class Timers: Sendable {
    private struct State {
        var heap = TimerHeap<Exchange>()
        /// Whether nobody may wait any more.
        var isClosed = false
        /// When the firing thread will look again by itself.
        var wakeUp = ContinuousClock.now
    }

    private let state = Mutex(State())
    private let suspended = Atomic(0)
    private let alarm: WakeUp

    init(alarm: WakeUp) {
        self.alarm = alarm
    }

    var count: Int { state.withLock { $0.heap.count } }

    /// Requests that are suspended. Those whose reply is made and not sent yet have no deadline any more, so they are not
    /// in the ``count``; whoever made it sends it, and until then the library may not stop.
    var suspendedCount: Int { suspended.load(ordering: .acquiring) }

    func noteSuspension() { suspended.add(1, ordering: .relaxed) }

    /// To be called when the connection's handle is used no more.
    func noteResumption() { suspended.subtract(1, ordering: .releasing) }

    /// Wakes the firing thread only if it would sleep past this deadline, which a look-up's seconds never are. False if
    /// the server is stopping: then the wait has to end at once.
    func arm(_ exchange: Exchange) -> Bool {
        let (isArmed, isEarly) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.heap.insert(exchange)
            return (true, exchange.deadline < state.wakeUp)
        }
        if isEarly { alarm.ring() }
        return isArmed
    }

    func disarm(_ exchange: Exchange) {
        state.withLock { $0.heap.remove(exchange) }
    }

    /// Ends what is due. Returns when to look again: at the next deadline, at the latest at `latest`.
    func fire(at now: ContinuousClock.Instant, lookingAgainBy latest: ContinuousClock.Instant)
        -> ContinuousClock.Instant
    {
        while let due = state.withLock({ $0.heap.popDue(at: now) }) { due.expire(because: .deadlinePassed) }
        return state.withLock { state in
            state.wakeUp = min(state.heap.next ?? latest, latest)
            return state.wakeUp
        }
    }

    /// Ends every wait, and lets none begin from here on: libmicrohttpd cannot stop while a request is suspended.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            return state.heap.removeAll()
        }
        for exchange in waiting { exchange.expire(because: .serverStopping) }
    }
}
