import Caching
import HTTPExchange
import Synchronization
import Transcribe

/// A request that waits for its job to change: first for what is known of the job, where nothing is, then for something
/// new. Safe to use from any thread.
final class LongPoll: Sendable {
    private enum Stage {
        case looking
        case watching(WatchGroup, WatchPlace)
        case answered
    }

    private struct State {
        var stage = Stage.looking
        /// The server's end of the request, until it is answered.
        var pending: (any PendingReply)?
    }

    let request: JobRequest
    private let gateway: JobGateway
    /// When the wait is over.
    private let end: ContinuousClock.Instant
    private let state = Mutex(State())

    init(_ request: JobRequest, until end: ContinuousClock.Instant, at gateway: JobGateway) {
        self.request = request
        self.end = end
        self.gateway = gateway
    }

    /// Whether the request waits for another representation than this one: than those that it names, or than one of a job
    /// that still runs.
    func isAwaiting(_ event: JobEvent) -> Bool { request.isAwaiting(event.tag, isLast: event.isLast) }

    /// Whether its client is still answered.
    var mayGoOn: Bool { gateway.watches.admits(request.context.client) }

    /// Begins the wait with what is known of the job.
    func start(knowing known: CacheResult, _ pending: any PendingReply) {
        let isLate = state.withLock { state in
            guard case .looking = state.stage else { return true }
            state.pending = pending
            return false
        }
        if isLate { return }
        switch known {
        case .resolved(let resolution): go(on: resolution)?.send()
        case .needsFetch(let fetch), .awaitsRefresh(let fetch):
            let waiter = Waiter(request: fetch, patience: (end, pending)) { [self] result, isCollapsed in
                go(on: gateway.resolution(of: result, for: fetch, isCollapsed: isCollapsed))
            }
            gateway.fetcher.join(as: waiter, isUrgent: true)?.send()
        }
    }

    /// Waits on where the request does, and makes the reply otherwise. Returns what sends it.
    private func go(on resolution: Resolution) -> (any PendingReply)? {
        guard case .answer(let entry, _) = resolution, gateway.watches.mayShow(request.fields),
            request.isAwaiting(entry, gateway.render), gateway.options.time.now() < end
        else {
            return prepare { self.gateway.reply(with: resolution, to: self.request) }
        }
        do throws(Problem) {
            return try watch(entry)
        } catch {
            return prepare { self.gateway.reply(with: .problem(error), to: self.request) }
        }
    }

    private func watch(_ entry: CacheEntry<CachedAnswer>) throws(Problem) -> (any PendingReply)? {
        let place = try gateway.watches.places.take(for: request.context.client.subscriber)
        let group = gateway.watches.join(request.name, request.fields, knowing: entry)
        guard begin(watching: group, place) else {
            gateway.watches.leave(group)
            return nil
        }
        guard group.add(self, knowing: entry.requestedAt) else {
            return prepareReply(group.watch.latest.map(WatchGroup.News.answer) ?? .problem(.storedJobGone))
        }
        if let pending = state.withLock(\.pending) { pending.waitForChange(until: end) } else { group.remove(self) }
        // Options that changed before it was added have not refused it.
        return mayGoOn ? nil : prepareReply(.problem(.clientNotAllowed))
    }

    /// False if the request has been answered meanwhile.
    private func begin(watching group: WatchGroup, _ place: WatchPlace) -> Bool {
        state.withLock { state in
            guard case .looking = state.stage else { return false }
            state.stage = .watching(group, place)
            return true
        }
    }

    /// Makes the reply when something new has come. Returns what sends it; nil if the request has been answered.
    func prepareReply(_ news: WatchGroup.News) -> (any PendingReply)? {
        prepare {
            switch news {
            case .answer(let entry):
                self.gateway.reply(with: .answer(entry, .cache()), to: self.request, outcome: .watched)
            case .problem(let problem): self.gateway.reply(with: .problem(problem), to: self.request)
            }
        }
    }

    /// The reply where nothing new has come.
    func expired(because expiry: DeferredReply.Expiry) -> Reply {
        let watched = leave()
        switch expiry {
        case .clientLeft where watched?.latest == nil:
            return gateway.reply(with: .clientLeft, in: request.context, job: request.name, outcome: .left)
        // A client that has finished sending may still read.
        case .clientLeft, .deadlinePassed, .serverStopping:
            let isStopping = expiry == .serverStopping
            let now = Moment(gateway.options.time.now())
            let latest = watched.map { $0.latest } ?? gateway.fetcher.storedJob(named: request.name, at: now)
            guard let latest, gateway.fetcher.mayBeServed(latest, at: now) else {
                let problem: Problem = isStopping ? .stopping : watched == nil ? .upstreamTimeout : .storedJobGone
                return gateway.reply(with: .problem(problem), to: request)
            }
            let detail = now < latest.freshUntil ? nil : latest.value.failure?.detail
            return gateway.reply(
                with: .answer(latest, .cache(detail)), to: request,
                outcome: expiry == .clientLeft ? .left : watched.map { _ in .watched }, isStopping: isStopping)
        }
    }

    private func prepare(_ reply: () -> Reply) -> (any PendingReply)? {
        guard let pending = state.withLock(\.pending) else { return nil }
        let isFirst = pending.prepare {
            _ = leave()
            return reply()
        }
        return isFirst ? pending : nil
    }

    /// Ends the watch. Returns the one that there was.
    private func leave() -> JobWatch? {
        let last = state.withLock { state in
            defer { state = State(stage: .answered, pending: nil) }
            return state.stage
        }
        guard case .watching(let group, let place) = last else { return nil }
        group.remove(self)
        gateway.watches.leave(group)
        place.giveBack()
        return group.watch
    }
}

extension JobRequest {
    /// Whether the request waits on while this is what is known of its job.
    func isAwaiting(_ entry: CacheEntry<CachedAnswer>, _ render: JobRenderer) -> Bool {
        guard let job = entry.value.job else { return false }
        return isAwaiting(render(job, name, fields).tag, isLast: job.isFinished)
    }

    func isAwaiting(_ tag: EntityTag, isLast: Bool) -> Bool { condition?.matches(tag) ?? !isLast }
}
