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
        var requestedAt: Moment?
        var event: JobEvent?
        var isOver = false
        var waits: [ObjectIdentifier: LongPoll] = [:]
        var streams: [ObjectIdentifier: EventStream] = [:]
    }

    let watch: JobWatch
    let fields: JobFields
    private let render: JobRenderer
    private let state = Mutex(State())

    init(of watch: JobWatch, _ fields: JobFields, render: @escaping JobRenderer) {
        self.watch = watch
        self.fields = fields
        self.render = render
    }

    /// The representation as it is now, and whether nothing more will come.
    var current: (event: JobEvent?, isOver: Bool) { state.withLock { ($0.event, $0.isOver) } }

    /// Lets a request wait for a change. False if there has been one already.
    func add(_ wait: LongPoll) -> Bool {
        state.withLock { state in
            guard !state.isOver, state.event.map({ wait.isAwaiting($0) }) ?? true else { return false }
            state.waits[ObjectIdentifier(wait)] = wait
            return true
        }
    }

    func remove(_ wait: LongPoll) { state.withLock { $0.waits[ObjectIdentifier(wait)] = nil } }

    func add(_ stream: EventStream) { state.withLock { $0.streams[ObjectIdentifier(stream)] = stream } }

    func remove(_ stream: EventStream) { state.withLock { $0.streams[ObjectIdentifier(stream)] = nil } }

    /// Takes an answer, unless it is older than the last one.
    func take(_ entry: CacheEntry<CachedAnswer>) -> Concerned {
        guard let job = entry.value.job else {
            if case .refusal(let problem) = entry.value { return end(problem) }
            return Concerned(news: .answer(entry))
        }
        let rendering = render(job, watch.name, fields)
        return state.withLock { state in
            guard state.requestedAt.map({ $0 <= entry.requestedAt }) ?? true else {
                return Concerned(news: .answer(entry))
            }
            state.requestedAt = entry.requestedAt
            let isNew = state.event?.tag != rendering.tag
            if isNew {
                state.event = JobEvent(rendering, isLast: job.isFinished, number: (state.event?.number ?? 0) + 1)
            }
            return state.concerned(by: .answer(entry), streams: isNew)
        }
    }

    func end(_ problem: Problem) -> Concerned {
        state.withLock { state in
            state.isOver = true
            return state.concerned(by: .problem(problem), streams: true)
        }
    }
}

extension WatchGroup.State {
    /// Takes out the requests whose wait is over.
    fileprivate mutating func concerned(by news: WatchGroup.News, streams isNew: Bool) -> WatchGroup.Concerned {
        var concerned = WatchGroup.Concerned(news: news)
        if isNew { concerned.streams = Array(streams.values) }
        let event = isOver ? nil : event
        concerned.waits = waits.values.filter { wait in event.map { !wait.isAwaiting($0) } ?? true }
        for wait in concerned.waits { waits[ObjectIdentifier(wait)] = nil }
        return concerned
    }
}

/// A representation of a watched job, rendered as it is sent to those that stream (HTML Living Standard §9.2.5).
struct JobEvent: Sendable {
    let tag: EntityTag
    /// Whether the job has ended.
    let isLast: Bool
    /// Counts the representations of a group.
    let number: Int
    let body: Body

    /// The document has no line break, because JSON escapes those in texts and none is written between members.
    init(_ rendering: JobRendering, isLast: Bool, number: Int) {
        tag = rendering.tag
        self.isLast = isLast
        self.number = number
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rendering.body.bytes.count + 64)
        bytes += "event: job\nid: \(rendering.tag.text)\ndata: ".utf8
        bytes += rendering.body.bytes
        bytes += "\n\n".utf8
        body = Body(bytes)
    }
}
