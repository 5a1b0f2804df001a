import Caching
import HTTPExchange
import Synchronization
import Transcribe

/// Those that watch one representation of a job. Safe to use from any thread.
final class WatchGroup: Sendable {
    /// What has come of the job.
    enum News: Sendable {
        case answer(CacheEntry<CachedAnswer>)
        /// There is no such job any more, or it may not be shown.
        case problem(Problem)
    }

    /// Those that something new concerns.
    struct Concerned {
        let news: News
        var waits: [LongPoll] = []
        var streams: [EventStream] = []
    }

    fileprivate struct State {
        var requestedAt: Moment
        var event: JobEvent
        /// Whether the event may be shown.
        var isShown: Bool
        var isOver = false
        var waits: [ObjectIdentifier: LongPoll] = [:]
        var streams: [ObjectIdentifier: EventStream] = [:]
    }

    let watch: JobWatch
    let fields: JobFields
    private let render: JobRenderer
    private let state: Mutex<State>

    /// - Parameter entry: has a job.
    init(
        of watch: JobWatch, _ fields: JobFields, render: @escaping JobRenderer, knowing entry: CacheEntry<CachedAnswer>,
        isShown: Bool
    ) {
        self.watch = watch
        self.fields = fields
        self.render = render
        let event = JobEvent(of: entry, watch.name, fields, render, number: 1)
        state = Mutex(State(requestedAt: entry.requestedAt, event: event, isShown: isShown))
    }

    /// The representation as it is now, unless it may not be shown; and whether nothing more will come.
    var current: (event: JobEvent?, isOver: Bool) { state.withLock { ($0.isShown ? $0.event : nil, $0.isOver) } }

    /// Lets a request wait for a change. False if there has been one already.
    ///
    /// - Parameter known: when AWS was asked for what the request knows. If that is newer than what the group knows, the group
    ///   is about to be told.
    func add(_ wait: LongPoll, knowing known: Moment) -> Bool {
        state.withLock { state in
            guard !state.isOver else { return false }
            guard !state.isShown || state.requestedAt < known || wait.isAwaiting(state.event) else { return false }
            state.waits[ObjectIdentifier(wait)] = wait
            return true
        }
    }

    func remove(_ wait: LongPoll) { state.withLock { $0.waits[ObjectIdentifier(wait)] = nil } }

    func add(_ stream: EventStream) { state.withLock { $0.streams[ObjectIdentifier(stream)] = stream } }

    func remove(_ stream: EventStream) { state.withLock { $0.streams[ObjectIdentifier(stream)] = nil } }

    /// Takes an answer with a job, unless it is older than the last one. Where it shows nothing new it concerns none.
    func take(_ entry: CacheEntry<CachedAnswer>) -> Concerned {
        let made = JobEvent(of: entry, watch.name, fields, render, number: 0)
        return state.withLock { state in
            guard state.requestedAt <= entry.requestedAt else { return Concerned(news: .answer(entry)) }
            let isNew = made.tag != state.event.tag
            let isSame = !isNew && made.isLast == state.event.isLast
            state.requestedAt = entry.requestedAt
            state.event = made.numbered(state.event.number + (isNew ? 1 : 0))
            defer { state.isShown = true }
            return isSame && state.isShown ? Concerned(news: .answer(entry)) : state.concerned(by: .answer(entry))
        }
    }

    func end(_ problem: Problem) -> Concerned {
        state.withLock { state in
            state.isOver = true
            return state.concerned(by: .problem(problem))
        }
    }

    /// Takes out the requests that may not go on waiting, and finds the streams that may not go on.
    func refuse() -> Concerned {
        state.withLock { state in
            let refused = state.waits.values.filter { !$0.mayGoOn }
            for wait in refused { state.waits[ObjectIdentifier(wait)] = nil }
            return Concerned(
                news: .problem(.clientNotAllowed), waits: refused, streams: state.streams.values.filter { !$0.mayGoOn })
        }
    }

    /// The representation may be shown no more.
    func forget() {
        state.withLock { state in
            state.isShown = false
            state.event = state.event.withoutContent
        }
    }
}

extension WatchGroup.State {
    /// Takes out the requests whose wait is over.
    fileprivate mutating func concerned(by news: WatchGroup.News) -> WatchGroup.Concerned {
        let ended = waits.values.filter { isOver || !$0.isAwaiting(event) }
        for wait in ended { waits[ObjectIdentifier(wait)] = nil }
        return WatchGroup.Concerned(news: news, waits: ended, streams: Array(streams.values))
    }
}

/// A representation of a watched job, rendered as it is sent to those that stream (HTML Living Standard §9.2.5).
struct JobEvent: Sendable {
    let tag: EntityTag
    /// Whether the job has ended.
    let isLast: Bool
    /// Counts the representations of a group.
    let number: Int
    /// The document. It has no line break, because JSON escapes those in texts and none is written between members.
    private let content: Body

    /// - Parameter entry: has a job.
    fileprivate init(
        of entry: CacheEntry<CachedAnswer>, _ name: JobName, _ fields: JobFields, _ render: JobRenderer, number: Int
    ) {
        guard let job = entry.value.job else { preconditionFailure("an event is of a job") }
        let rendering = render(job, name, fields)
        self.init(tag: rendering.tag, isLast: job.isFinished, number: number, content: rendering.body)
    }

    private init(tag: EntityTag, isLast: Bool, number: Int, content: Body) {
        (self.tag, self.isLast, self.number, self.content) = (tag, isLast, number, content)
    }

    fileprivate func numbered(_ number: Int) -> JobEvent {
        JobEvent(tag: tag, isLast: isLast, number: number, content: content)
    }

    fileprivate var withoutContent: JobEvent { JobEvent(tag: tag, isLast: isLast, number: number, content: .empty) }

    /// The event after what precedes it in the stream.
    func body(after preamble: String) -> Body {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(content.bytes.count + 96)
        bytes += "\(preamble)event: job\nid: \(tag.text)\ndata: ".utf8
        bytes += content.bytes
        bytes += "\n\n".utf8
        return Body(bytes)
    }
}
