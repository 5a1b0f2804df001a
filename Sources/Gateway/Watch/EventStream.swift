import Caching
import HTTPExchange
import Synchronization

/// The changes of a job as server-sent events. Its client gets the representation that is the latest when it can take one,
/// so those that came between are left out.
final class EventStream: ContentStream {
    fileprivate struct State {
        var reader: (any StreamReader)?
        /// The number of the event that was sent last, or that the client has from before.
        var seen = 0
        var hasBegun = false
        var events = 0
        var bytes = 0
    }

    private static let heartbeat = Body(":\n\n")

    private let group: WatchGroup
    private let watches: JobWatches
    private let place: WatchPlace
    private let context: RequestContext
    private let now: @Sendable () -> ContinuousClock.Instant
    /// What a stream begins with: how long its client waits before it connects again, in milliseconds. Clients differ, so that
    /// those of a gateway that has been stopped do not all come at once.
    private let preamble: String
    private let state = Mutex(State())

    /// - Parameters:
    ///   - group: joined for this stream, which leaves it.
    ///   - request: its condition names what the client has from before (`Last-Event-ID`).
    init(
        _ group: WatchGroup, of watches: JobWatches, in place: WatchPlace, for request: JobRequest,
        now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.group = group
        self.watches = watches
        self.place = place
        context = request.context
        self.now = now
        preamble = "retry: \(Int.random(in: 1_000...5_000))\n"
        if let event = group.current.event {
            let isKnown = request.condition?.matches(event.tag) == true
            state.withLock { $0.seen = event.number - (isKnown ? 0 : 1) }
        }
    }

    deinit {
        place.giveBack()
        watches.leave(group)
    }

    var trace: RequestTrace? { context.trace }

    /// Whether its client is still answered, and all its members may be seen.
    var mayGoOn: Bool { watches.mayShow(group.fields) && watches.admits(context.client) }

    func begin(_ reader: any StreamReader) {
        state.withLock { $0.reader = reader }
        group.add(self)
    }

    func wake() { state.withLock(\.reader)?.wake() }

    func next(afterSilence isSilent: Bool) -> StreamPiece {
        let (event, isOver) = group.current
        if isOver || !mayGoOn { return .end }
        let missed = state.withLock { (event?.number ?? 0) - $0.seen }
        if let event, missed > 0 {
            watches.metrics.recordEvent(after: missed - 1)
            return state.withLock { state in
                state.seen = event.number
                state.events += 1
                return state.send(event.body(after: state.hasBegun ? "" : preamble))
            }
        }
        return state.withLock { state in
            if event?.isLast == true { return .end }
            guard state.hasBegun else { return state.send(Body(preamble + "\n")) }
            return isSilent ? state.send(Self.heartbeat) : .nothing
        }
    }

    func end() {
        group.remove(self)
        let (events, bytes) = state.withLock { state in
            state.reader = nil
            return (state.events, state.bytes)
        }
        let elapsed = Moment(now()).nanoseconds(since: context.start)
        context.record.amend(elapsed: elapsed, contentLength: bytes, events: events)
        place.giveBack()
    }
}

extension EventStream.State {
    fileprivate mutating func send(_ body: Body) -> StreamPiece {
        hasBegun = true
        bytes += body.bytes.count
        return .content(body)
    }
}

/// A stream that ends at once, for replies to HEAD.
final class EndedStream: ContentStream {
    func begin(_ reader: any StreamReader) {}
    func next(afterSilence isSilent: Bool) -> StreamPiece { .end }
    func end() {}
}
