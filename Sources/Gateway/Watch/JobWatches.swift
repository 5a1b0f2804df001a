import Caching
import RateLimiting
import Synchronization
import Transcribe

/// The jobs that are watched, each once for all that watch it. Every fetch of a watched job tells them what it brought,
/// whatever the fetch was for. Safe to use from any thread.
final class JobWatches: Sendable {
    fileprivate struct State {
        var watches: [JobName: (watch: JobWatch, members: Int)] = [:]
        var schedule: WatchSchedule
        var list: ListSchedule?
        /// Jobs that are to be looked up because of a list, and how young the answer has to be at least.
        var suspected: [JobName: Moment] = [:]
        var wakeUps = PendingWakeUps()
    }

    let places: WatchPlaces
    let metrics: WatchMetrics
    private let render: JobRenderer
    private let stored: @Sendable (JobName) -> CacheEntry<CachedAnswer>?
    private let state: Mutex<State>
    /// A copy of what the state says: each fetch asks, and mostly nothing is watched.
    private let areNone = Atomic(true)
    private let changes = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// - Parameters:
    ///   - list: how the list of running jobs is used; nil if there is none.
    ///   - polls: fetches for watched jobs that may be under way at a time.
    ///   - stored: what the cache has of a job.
    init(
        _ options: WatchOptions, _ list: ListOptions?, polls: Int, metrics: WatchMetrics, render: @escaping JobRenderer,
        stored: @escaping @Sendable (JobName) -> CacheEntry<CachedAnswer>?
    ) {
        places = WatchPlaces(options)
        state = Mutex(State(schedule: WatchSchedule(limit: polls), list: list.map { ListSchedule($0) }))
        self.metrics = metrics
        self.render = render
        self.stored = stored
    }

    /// Watched jobs.
    var count: Int { state.withLock(\.watches.count) }

    /// Fetches for watched jobs that are under way; each ends when all that it concerns have been told.
    var pollCount: Int { state.withLock(\.schedule.underWay) }

    /// Pages of the list that are being read.
    var listCount: Int { state.withLock { $0.list?.isBeingRead == true ? 1 : 0 } }

    /// When the next watched job, or the list, is due; nil if that depends on the end of a fetch.
    func nextDue(at now: Moment) -> Moment? { state.withLock { $0.nextDue(at: now) } }

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
            state.schedule.add(name, due: entry.retryAt)
            state.list?.record(entry, of: name)
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
            state.list?.remove(watch.name)
            state.suspected[watch.name] = nil
            areNone.store(state.watches.isEmpty, ordering: .releasing)
        }
    }

    /// A fetch of a job has ended.
    func learn(_ result: FetchResult, of name: JobName, at now: Moment) {
        guard !areNone.load(ordering: .acquiring) else { return }
        guard let watch = state.withLock({ $0.watches[name]?.watch }) else { return }
        metrics.recordWakeUps(watch.learn(result))
        state.withLock { state in
            state.schedule.record(result, of: name, at: now)
            if case .answered(let entry, _) = result, state.watches[name] != nil { state.record(entry, of: name) }
        }
        changes.continuation.yield()
    }

    /// What is known of the job, or with nil of every job, may be served no more: it is asked for at once.
    func forget(_ name: JobName?, at now: Moment) {
        guard !areNone.load(ordering: .acquiring) else { return }
        let watches = state.withLock { state in
            let watches = state.watches.filter { name == nil || $0.key == name }.values.map(\.watch)
            for watch in watches {
                state.schedule.hasten(watch.name, due: now)
                state.list?.remove(watch.name)
            }
            return watches
        }
        for watch in watches { watch.forget(before: now) }
        changes.continuation.yield()
    }

    /// Lets go of what may not be served any more: job names and results are medical data.
    func forgetExpired(unless mayBeServed: (CacheEntry<CachedAnswer>) -> Bool) {
        guard !areNone.load(ordering: .acquiring) else { return }
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
                if let lists, state.withLock({ $0.list?.begin(at: Moment(now)) }) == true {
                    tasks.addTask { await self.readList(lists, by: fetcher) }
                }
                while let request = state.withLock({ $0.nextRequest(at: Moment(now)) }) { fetcher.refresh(request) }
                guard let wakeUp = state.withLock({ $0.nextWakeUp(at: now) }) else { continue }
                tasks.addTask { [changes] in
                    guard (try? await time.sleep(wakeUp)) != nil else { return }
                    changes.continuation.yield()
                }
            }
        }
    }

    /// Reads the list as far as it is of use. The watched jobs that it shows unchanged are fresh again, and those that it shows
    /// otherwise are looked up.
    private func readList(_ lists: any JobListSource, by fetcher: Fetcher) async {
        var token: PageToken?
        repeat {
            do throws(FetchFailure) {
                let (page, requestedAt) = try await fetcher.page(after: token, of: lists) { [self] name in
                    state.withLock { $0.watches[name] != nil }
                }
                token = take(page, requestedAt: requestedAt, by: fetcher) ? nil : page.next
                metrics.recordList(nil)
            } catch {
                let now = Moment(fetcher.options.time.now())
                state.withLock { $0.list?.fail(isDenied: error.deniesList, at: now) }
                metrics.recordList(error)
                fetcher.recorder.record(list: error)
                token = nil
            }
        } while token != nil
        changes.continuation.yield()
    }

    /// Returns whether no further page is wanted.
    private func take(_ page: JobPage, requestedAt: Moment, by fetcher: Fetcher) -> Bool {
        let now = Moment(fetcher.options.time.now())
        let news = state.withLock { state in
            let news = state.list?.take(page, requestedAt: requestedAt, at: now) ?? ListNews(isOver: true)
            for name in news.suspected {
                state.suspected[name] = requestedAt
                // Before all that are merely due.
                state.schedule.hasten(name, due: Moment(nanoseconds: 0))
            }
            return news
        }
        // A look-up that is under way may have been asked for before the page, and brings more than that says.
        for (name, startedAt, trustEnd) in news.unchanged where !fetcher.isFetching(name) {
            let entry = fetcher.renew(name, startedAt: startedAt, asOf: requestedAt, trustEnd: trustEnd)
            let watch = state.withLock { $0.take(entry, of: name, at: now) }
            if let entry, let watch { metrics.recordConfirmation(wakeUps: watch.learn(entry)) }
        }
        changes.continuation.yield()
        return news.isOver
    }
}

extension JobWatches.State {
    /// The next job that is to be looked up.
    fileprivate mutating func nextRequest(at now: Moment) -> FetchRequest? {
        guard let name = schedule.next(at: now) else { return nil }
        return FetchRequest(
            name: name, reason: .stale, caller: 0, priority: .watched, notBefore: suspected[name])
    }

    /// A look-up has brought an answer.
    fileprivate mutating func record(_ entry: CacheEntry<CachedAnswer>, of name: JobName) {
        list?.record(entry, of: name)
        if let notBefore = suspected[name], notBefore <= entry.requestedAt { suspected[name] = nil }
    }

    fileprivate func nextDue(at now: Moment) -> Moment? {
        [schedule.wakeUp, list?.wakeUp(at: now)].compactMap(\.self).min()
    }

    fileprivate mutating func nextWakeUp(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        wakeUps.add(for: nextDue(at: Moment(now))?.instant, at: now)
    }

    /// A list has shown a job unchanged: it is due when the entry is no longer fresh. Nil: no entry could be renewed.
    fileprivate mutating func take(_ entry: CacheEntry<CachedAnswer>?, of name: JobName, at now: Moment) -> JobWatch? {
        guard let entry else {
            list?.ignore(name, at: now)
            return nil
        }
        list?.confirm(name, until: entry.freshUntil)
        schedule.delay(name, until: entry.freshUntil)
        return watches[name]?.watch
    }
}

extension JobWatch {
    /// Tells all that it concerns what a fetch has brought. Returns how many those are.
    fileprivate func learn(_ result: FetchResult) -> Int {
        switch result {
        case .answered(let entry, _): learn(entry)
        // It says that its refresh has failed.
        case .failed(.upstream, _, let entry?): learn(entry)
        case .failed(let failure, let problem, fallback: nil): failure.cacheEffect == .keepsJob ? 0 : end(problem)
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
        case .answered(let entry, _): reschedule(name, due: entry.freshUntil)
        case .failed(.refused(let refusal), _, _):
            postpone(name, until: time(after: Self.pause(after: refusal)))
        case .failed(_, _, let fallback), .remembered(_, let fallback):
            reschedule(name, due: max(fallback?.retryAt ?? time(after: Self.pause), time(after: .milliseconds(100))))
        case .tooManyWaiting: break
        }
    }
}
