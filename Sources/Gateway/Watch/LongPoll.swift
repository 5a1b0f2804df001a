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

    let request: JobRequest
    private let gateway: JobGateway
    /// When the wait is over.
    private let end: ContinuousClock.Instant
    private let stage = Mutex(Stage.looking)
    private let pending = Mutex<(any PendingReply)?>(nil)

    init(_ request: JobRequest, until end: ContinuousClock.Instant, at gateway: JobGateway) {
        self.request = request
        self.end = end
        self.gateway = gateway
    }

    /// Whether the request waits for another representation than this one: than those that it names, or than one of a job
    /// that still runs.
    func isAwaiting(_ event: JobEvent) -> Bool { request.isAwaiting(event.tag, isLast: event.isLast) }

    /// Begins the wait with what is known of the job.
    func start(knowing known: CacheResult, _ pending: any PendingReply) {
        self.pending.withLock { $0 = pending }
        switch known {
        case .resolved(let resolution): go(on: resolution)?.send()
        case .needsFetch(let fetch), .awaitsRefresh(let fetch):
            let waiter = Waiter(request: fetch) { [self] result, isCollapsed in
                go(on: Resolution(result, because: fetch.reason, isCollapsed: isCollapsed))
            }
            gateway.fetcher.join(as: waiter, isUrgent: true)?.send()
        }
    }

    /// Waits on where the request does, and makes the reply otherwise. Returns what sends it.
    private func go(on resolution: Resolution) -> (any PendingReply)? {
        guard case .answer(let entry, _) = resolution, request.isAwaiting(entry, gateway.render) else {
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
        guard group.add(self) else {
            return prepareReply(group.watch.latest.map(WatchGroup.News.answer) ?? .problem(.storedJobGone))
        }
        if let pending = pending.withLock({ $0 }) { pending.waitForChange(until: end) } else { group.remove(self) }
        return nil
    }

    /// False if the request has been answered meanwhile.
    private func begin(watching group: WatchGroup, _ place: WatchPlace) -> Bool {
        stage.withLock { stage in
            guard case .looking = stage else { return false }
            stage = .watching(group, place)
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
        case .clientLeft:
            return gateway.reply(with: .clientLeft, in: request.context, job: request.name, outcome: .left)
        case .deadlinePassed, .serverStopping:
            let isStopping = expiry == .serverStopping
            let now = Moment(gateway.options.time.now())
            let latest = watched.map { $0.latest } ?? gateway.fetcher.storedJob(named: request.name, at: now)
            guard let latest, gateway.fetcher.mayBeServed(latest, at: now) else {
                let problem: Problem = isStopping ? .stopping : watched == nil ? .upstreamTimeout : .storedJobGone
                return gateway.reply(with: .problem(problem), to: request)
            }
            let detail = now < latest.freshUntil ? nil : latest.value.failure?.detail
            return gateway.reply(
                with: .answer(latest, .cache(detail)), to: request, outcome: watched.map { _ in .watched },
                isStopping: isStopping)
        }
    }

    private func prepare(_ reply: () -> Reply) -> (any PendingReply)? {
        guard let pending = pending.withLock({ $0 }) else { return nil }
        let isFirst = pending.prepare {
            _ = leave()
            return reply()
        }
        return isFirst ? pending : nil
    }

    /// Ends the watch. Returns the one that there was.
    private func leave() -> JobWatch? {
        let last = stage.withLock { stage in
            defer { stage = .answered }
            return stage
        }
        // The server keeps the request until the reply has been sent; what it holds of this one goes now.
        pending.withLock { $0 = nil }
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
