import Caching
import HTTPExchange
import RateLimiting
import Synchronization
import Tracing
import Transcribe

/// The jobs that are watched, each once for all that watch it. Every fetch of a watched job tells them what it brought,
/// whatever the fetch was for. Safe to use from any thread.
final class JobWatches: Sendable {
    struct State {
        var watches: [JobName: (watch: JobWatch, members: Int)] = [:]
        /// The watched jobs, and those that are to be looked up because of a list.
        var schedule: WatchSchedule
        var list: ListSchedule
        fileprivate var wakeUps = PendingWakeUps()
    }

    let places: WatchPlaces
    let metrics: WatchMetrics
    private let render: JobRenderer
    let stored: @Sendable (JobName) -> CacheEntry<CachedAnswer>?
    let state: Mutex<State>
    /// Whether there is a list that can be asked for.
    private let hasLists: Bool
    /// Whether a fetch of a job that is not watched concerns the list too.
    private let usesList: Atomic<Bool>
    private let inForce: OptionsInForce
    /// A copy of what the state says: each fetch asks, and mostly nothing is watched.
    private let areNone = Atomic(true)
    let changes = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// - Parameters:
    ///   - hasLists: whether there is a list of running jobs that can be asked for.
    ///   - stored: what the cache has of a job.
    init(
        _ inForce: OptionsInForce, hasLists: Bool, metrics: WatchMetrics, render: @escaping JobRenderer,
        stored: @escaping @Sendable (JobName) -> CacheEntry<CachedAnswer>?
    ) {
        let options = inForce.current.options
        let list = options.list.used(if: hasLists)
        self.inForce = inForce
        places = WatchPlaces(options.watch)
        self.hasLists = hasLists
        usesList = Atomic(list.use != .off)
        // As many look-ups of watched jobs may be under way as calls.
        state = Mutex(
            State(schedule: WatchSchedule(limit: options.admission.concurrency), list: ListSchedule(list)))
        self.metrics = metrics
        self.render = render
        self.stored = stored
    }

    /// Watched jobs.
    var count: Int { state.withLock(\.watches.count) }

    /// Fetches for watched jobs that are under way; each ends when all that it concerns have been told.
    var pollCount: Int { state.withLock(\.schedule.underWay) }

    /// Pages of the list that are being read.
    var listCount: Int { state.withLock { $0.list.isBeingRead ? 1 : 0 } }

    /// When the next watched job, or the list, is due; nil if that depends on the end of a fetch.
    var nextDue: Moment? { state.withLock(\.nextDue) }

    /// Representations that are watched.
    var groupCount: Int { state.withLock { $0.watches.values.map(\.watch) }.reduce(0) { $0 + $1.groupCount } }

    /// Begins to watch a job, together with all that watch it already. End it with ``leave(_:)``.
    ///
    /// - Parameter entry: what is known of the job; it has one.
    func join(_ name: JobName, _ fields: JobFields, knowing entry: CacheEntry<CachedAnswer>) -> WatchGroup {
        let (watch, isNew) = state.withLock { state in
            if let known = state.watches[name] {
                state.watches[name] = (known.watch, known.members + 1)
                return (known.watch, false)
            }
            let watch = JobWatch(of: name, render: render)
            state.watches[name] = (watch, 1)
            state.watch(name, knowing: entry)
            areNone.store(false, ordering: .releasing)
            return (watch, true)
        }
        guard isNew else { return watch.join(fields, knowing: entry) }
        changes.continuation.yield()
        // A fetch that ended before the watch began has told it nothing.
        guard let stored = stored(name), stored.value.job != nil, stored.requestedAt > entry.requestedAt else {
            return watch.join(fields, knowing: entry)
        }
        return watch.join(fields, knowing: stored)
    }

    /// Follows other options, which are in force already. Streams that show members which may be seen no more end; their clients
    /// connect again. Streams of clients that are answered no more end too, and such requests that wait are refused.
    func change(to options: GatewayOptions) {
        let list = options.list.used(if: hasLists)
        places.change(to: options.watch)
        usesList.store(list.use != .off, ordering: .relaxed)
        let watches = state.withLock { state in
            state.schedule.change(limit: options.admission.concurrency)
            state.list.change(to: list)
            return state.watches.values.map(\.watch)
        }
        for watch in watches { watch.refuse() }
        changes.continuation.yield()
    }

    /// Whether all these members may be seen.
    func mayShow(_ fields: JobFields) -> Bool {
        inForce.current.options.fields.isSuperset(of: fields)
    }

    /// Whether this client is answered.
    func admits(_ client: PeerAddress) -> Bool { inForce.current.options.clients.admits(client) }

    func leave(_ group: WatchGroup) {
        let watch = group.watch
        watch.leave(group)
        state.withLock { state in
            guard let known = state.watches[watch.name], known.watch === watch else { return }
            guard known.members == 1 else {
                state.watches[watch.name] = (watch, known.members - 1)
                return
            }
            state.watches[watch.name] = nil
            state.schedule.remove(watch.name)
            state.list.unwatch(watch.name)
            areNone.store(state.watches.isEmpty, ordering: .releasing)
        }
    }

    /// A fetch of a job begins; ``learn(_:of:at:)`` follows.
    func fetchBegins(_ request: FetchRequest, at now: Moment) {
        guard usesList.load(ordering: .relaxed) else { return }
        state.withLock { $0.list.beginLookUp(of: request.name, isPoll: request.isPoll, at: now) }
    }

    /// A fetch of a job has ended.
    /// - Parameter calls: the spans of its calls, where they are recorded.
    func learn(_ result: FetchResult, of name: JobName, at now: Moment, from calls: [TraceContext]) {
        guard usesList.load(ordering: .relaxed) || !areNone.load(ordering: .acquiring) else { return }
        let watch = state.withLock { $0.watches[name]?.watch }
        if let watch { metrics.recordWakeUps(watch.learn(result, from: calls)) }
        state.withLock { $0.record(result, of: name, isVoid: watch?.isVoid(result) ?? false, at: now) }
        changes.continuation.yield()
    }

    /// What is known of the job, or with nil of every job, may be served no more: if it is watched, it is asked for at once.
    func forget(_ name: JobName?, at now: Moment) {
        let watches = state.withLock { state in
            if let name { state.list.remove(name) } else { state.list.removeAll() }
            let watches = state.watches.filter { name == nil || $0.key == name }.values.map(\.watch)
            for watch in watches { state.schedule.hasten(watch.name, due: now) }
            return watches
        }
        for watch in watches { watch.forget(before: now) }
        changes.continuation.yield()
    }

    /// Lets go of what may not be served any more: job names and results are medical data.
    func forgetExpired(at now: Moment, unless mayBeServed: (CacheEntry<CachedAnswer>) -> Bool) {
        state.withLock { $0.list.removeAbandoned(at: now) }
        for watch in state.withLock({ $0.watches.values.map(\.watch) }) {
            if let latest = watch.latest, !mayBeServed(latest) { watch.forget(before: latest.requestedAt) }
        }
    }

    /// Asks for the watched jobs when they are due, and for the list that shows many of them at once, until the task is
    /// cancelled. Call it once.
    func run(on time: TimeSource, by fetcher: Fetcher, _ lists: (any JobListSource)?) async {
        await withDiscardingTaskGroup { tasks in
            for await _ in changes.stream {
                let now = time.now()
                if let lists, beginList(at: Moment(now)) { tasks.addTask { await self.readList(lists, by: fetcher) } }
                while let request = state.withLock({ $0.nextRequest(at: Moment(now)) }) { fetcher.refresh(request) }
                guard let wakeUp = state.withLock({ $0.nextWakeUp(at: now) }) else { continue }
                tasks.addTask { [changes] in
                    guard (try? await time.sleep(wakeUp)) != nil else { return }
                    changes.continuation.yield()
                }
            }
        }
    }
}

extension ListOptions {
    fileprivate func used(if hasLists: Bool) -> ListOptions {
        var options = self
        if !hasLists { options.use = .off }
        return options
    }
}

extension JobWatches.State {
    fileprivate mutating func watch(_ name: JobName, knowing entry: CacheEntry<CachedAnswer>) {
        // It may be there already because of a list.
        if !schedule.contains(name) { schedule.add(name, due: entry.retryAt) }
        list.record(entry, of: name, isWatched: true)
        if list.suspicion(of: name) != nil { schedule.hasten(name, due: Moment(nanoseconds: 0)) }
    }

    /// The next job that is to be looked up.
    fileprivate mutating func nextRequest(at now: Moment) -> FetchRequest? {
        while let name = schedule.next(at: now) {
            let suspicion = list.suspicion(of: name)
            if suspicion != nil || watches[name] != nil {
                return FetchRequest(name: name, reason: .stale, caller: 0, priority: .watched, notBefore: suspicion)
            }
            // Purged, or abandoned, since a list suspected it.
            schedule.remove(name)
        }
        return nil
    }

    /// A fetch has ended.
    ///
    /// - Parameter isVoid: whether it began before a purge. Then the job is still to be looked up.
    fileprivate mutating func record(_ result: FetchResult, of name: JobName, isVoid: Bool, at now: Moment) {
        guard !isVoid else {
            list.endLookUp(of: name)
            return schedule.reschedule(name, due: now)
        }
        schedule.record(result, of: name, at: now)
        switch result {
        case .answered(let entry, let isStored, _):
            let isWatched = watches[name] != nil
            if isStored || isWatched {
                list.record(entry, of: name, isWatched: isWatched)
            } else {
                list.remove(name)
            }
            // That fetch may have begun before the list.
            if list.suspicion(of: name) != nil { return schedule.hasten(name, due: now) }
        case .failed(.refused, _, _): return list.endLookUp(of: name)
        case .failed, .remembered, .tooManyWaiting: list.endLookUp(of: name)
        }
        if watches[name] == nil { schedule.remove(name) }
    }

    fileprivate var nextDue: Moment? { [schedule.wakeUp, list.wakeUp].compactMap(\.self).min() }

    fileprivate mutating func nextWakeUp(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        wakeUps.add(for: nextDue?.instant, at: now)
    }
}

extension JobWatch {
    /// Tells all that it concerns what a fetch has brought. Returns how many those are.
    fileprivate func learn(_ result: FetchResult, from calls: [TraceContext]) -> Int {
        switch result {
        case .answered(let entry, _, _): learn(entry, from: calls)
        // It says that its refresh has failed.
        case .failed(.upstream, _, let entry?): learn(entry, from: calls)
        case .failed(let failure, let problem, fallback: nil):
            failure.cacheEffect == .keepsJob ? 0 : end(problem, from: calls)
        case .failed, .remembered, .tooManyWaiting: 0
        }
    }
}

extension WatchSchedule {
    /// How soon a job is asked for again whose fetch brought nothing and left nothing.
    private static let pause = Duration.seconds(2)

    fileprivate mutating func record(_ result: FetchResult, of name: JobName, at now: Moment) {
        func time(after pause: Duration) -> Moment { Moment(now.instant + pause) }
        switch result {
        case .answered(let entry, _, _): reschedule(name, due: entry.freshUntil)
        case .failed(.refused(let refusal), _, _):
            postpone(name, until: time(after: Self.pause(after: refusal)))
        case .failed(_, _, let fallback), .remembered(_, let fallback):
            reschedule(name, due: max(fallback?.retryAt ?? time(after: Self.pause), time(after: .milliseconds(100))))
        case .tooManyWaiting: break
        }
    }
}
