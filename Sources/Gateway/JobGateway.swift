public import Caching
public import HTTPExchange
import HTTPTypes
import RateLimiting
import Transcribe

/// The handler of the public listener: `GET /jobs/{name}`, and what explains it.
///
/// A request passes the steps client, host, route, admit, cache and reply, all on the server's thread. A miss suspends the
/// request: it joins the fetch of its job, and the reply follows when the fetch ends, or at the request's deadline.
public final class JobGateway: Handler {
    let inForce: OptionsInForce
    let cache: JobCache
    /// The jobs that clients watch.
    let watches: JobWatches
    let render: JobRenderer
    let recorder: RequestRecorder
    let limiter: ClientLimiter
    private let probes: ProbeReplies
    private let ids = RequestIDSource()
    let files = StaticFile.all
    /// Asks AWS for what the cache does not have.
    public let fetcher: Fetcher
    /// How often what is past its time is removed from the cache: job names and results are medical data.
    private static let sweepInterval = Duration.seconds(20)

    /// - Parameters:
    ///   - lists: the list of running jobs, which saves look-ups of watched ones; nil uses none.
    ///   - probes: what `/livez` and `/readyz` answer.
    public init(
        options: GatewayOptions, source: any JobSource, lists: (any JobListSource)? = nil, recorder: RequestRecorder,
        probes: ProbeReplies
    ) {
        let inForce = OptionsInForce(options)
        self.inForce = inForce
        self.recorder = recorder
        self.probes = probes
        cache = JobCache(capacity: options.cacheCapacity, shards: JobCache.shards(for: options.cacheCapacity))
        render = { [cache] job, name, wanted in
            job.rendering(of: wanted, whole: inForce.current.options.fields) { cache.updateCost(of: job, named: name) }
        }
        watches = JobWatches(
            inForce, hasLists: lists != nil, metrics: recorder.watch, render: render,
            stored: { [cache, now = options.time.now] in cache.value(for: $0, at: Moment(now())) })
        fetcher = Fetcher(
            source: source, lists: lists, options: inForce, cache: cache, recorder: recorder, watches: watches)
        limiter = ClientLimiter(options.clientLimit?.limit ?? .unused, epoch: options.time.now())
    }

    /// Makes the fetches, and removes what is past its time from the cache, until the task is cancelled. It has to be running
    /// while requests come. Cancellation ends the fetches under way; returns when the last has ended.
    public func run() async {
        async let sweeping: Void = removeExpiredEntries()
        await fetcher.run()
        await sweeping
    }

    private func removeExpiredEntries() async {
        while (try? await options.time.sleep(options.time.now() + Self.sweepInterval)) != nil {
            for shard in 0..<cache.shardCount {
                cache.removeExpired(at: Moment(options.time.now()), fromShard: shard)
                await Task.yield()
            }
            let now = Moment(options.time.now())
            watches.forgetExpired(at: now) { fetcher.mayBeServed($0, at: now) }
        }
    }

    /// How full the cache is and what left it.
    public var cacheCounts: CacheCounts { cache.counts }

    public func answer(_ request: borrowing Request) -> Handling {
        if let probe = Probe(target: request.target), request.method == .get || request.method == .head {
            return .reply(probes.reply(to: probe, from: request.peer))
        }
        let now = options.time.now()
        var context = context(of: request, at: now)
        do throws(Problem) {
            let route = try route(of: request, in: &context)
            if route.countsAgainstLimit { try admit(&context, cost: route.cost, at: now) }
            switch route {
            // Moved, because a copy would retain all that the context holds.
            case .job(let name, let query):
                context.choose(query.representation)
                let manner = manner(of: query, request, in: &context)
                return answer(JobRequest(name, query.fields, manner, of: request, in: consume context))
            case .events(let name, let fields):
                return answer(JobRequest(name, fields, .events, of: request, in: consume context))
            case .batch(let names, let fields):
                return answer(BatchRequest(names, fields, of: request, in: consume context))
            case .fixed(let route): return .reply(reply(with: route, to: request, in: context))
            }
        } catch {
            return .reply(refuse(error, in: &context, at: now))
        }
    }

    public func reply(to refusal: Refusal, of request: borrowing Request) -> Reply {
        let now = options.time.now()
        var context = context(of: request, at: now)
        return refuse(Problem(refusal), in: &context, at: now)
    }

    public func finish(_ record: RequestRecord, of peer: PeerAddress, wasSent: Bool) {
        recorder.finish(record, of: peer, wasSent: wasSent)
    }

    /// What the library refuses counts against the client's limit too, where the client is known; a trusted proxy is not the
    /// client. It is too late for another reply.
    public func recordRefusal(status: Int, of peer: PeerAddress?) {
        let options = inForce.current.options
        if let peer, options.clientLimit != nil, !options.clients.trusts(peer) {
            _ = limiter.admit(peer.subscriber, at: options.time.now())
        }
        recorder.recordRefusal(status: status, of: peer)
    }

    private func context(of request: borrowing Request, at now: ContinuousClock.Instant) -> RequestContext {
        let settings = inForce.current
        recorder.warnOfUntrustedProxy { settings.options.clients.isForwardedByStranger(request) }
        return RequestContext(
            request, id: ids.id(suggested: request[.xRequestID]), at: Moment(now), under: settings,
            clients: settings.options.clients, sharing: settings.options.crossOrigin, tracer: recorder.tracer)
    }

    /// What the request asks for, if its client may ask here at all.
    private func route(of request: borrowing Request, in context: inout RequestContext) throws(Problem) -> Route {
        if let hop = context.unreadableHop { throw Problem(hop) }
        let settings = context.settings
        guard settings.options.clients.admits(context.client) else { throw .clientNotAllowed }
        guard settings.options.hosts.admits(request.host) else { throw .wrongHost }
        let route = try Route(request, allowed: settings.options.fields, files: files)
        context.route = route.kind
        if let trace = context.trace {
            let server = settings.options.hosts.serverName(in: request.host)
            trace.record(route: route.template(path: context.path), server)
        }
        if case .batch(let names, _) = route { context.names = names.count }
        return route
    }

    /// The reply to a request that is refused. A refusal counts against the client's limit like every other reply, and above
    /// the limit it says only that: otherwise a client could have any number of them.
    private func refuse(
        _ problem: Problem, in context: inout RequestContext, at now: ContinuousClock.Instant
    ) -> Reply {
        context.choose(Representation(inQueryOf: context.target))
        guard context.quota == nil else { return reply(with: problem, in: context) }
        do throws(Problem) {
            try admit(&context, at: now)
            return reply(with: problem, in: context)
        } catch {
            return reply(with: error, in: context)
        }
    }

    /// - Parameter cost: the requests that this one counts as: all of them are admitted, or none is.
    private func admit(
        _ context: inout RequestContext, cost: Int = 1, at now: ContinuousClock.Instant
    ) throws(Problem) {
        guard let isShadow = context.settings.options.clientLimit?.isShadow else { return }
        if let quota = context.settings.clientLimit?.quota, cost > quota, !isShadow {
            throw .costsMoreThanLimit(cost, most: quota)
        }
        let result = limiter.admit(context.client.subscriber, cost: cost, at: now)
        context.quota = result
        guard !result.admitted else { return }
        guard isShadow else {
            throw .quotaExceeded(cost: cost, remaining: result.remaining, retryAfter: result.reset)
        }
        context.isOverQuota = true
    }

    private func answer(_ request: JobRequest) -> Handling {
        if let seconds = request.wait { return answer(request, waitingFor: .seconds(seconds)) }
        switch resolve(request.name, request.directives, in: request.context) {
        case .resolved(let resolution):
            return .reply(reply(with: resolution, to: request, at: request.context.start))
        case .needsFetch(let fetch):
            return .later(
                reply(
                    after: fetch, to: request, within: longestFirstLook(request.manner), or: .staleIfError,
                    otherwise: .upstreamTimeout))
        case .awaitsRefresh(let fetch):
            return .later(
                reply(after: fetch, to: request, within: Freshness.longestWait, or: nil, otherwise: .storedJobGone))
        }
    }

    /// How long a request waits for a fetch: a little longer than the fetch takes, so that it gets the result, also of one
    /// that has run out of time.
    var longestLookUp: Duration { options.timeout + .milliseconds(250) }

    /// The same for a job of which nothing is known. A client that streams it has more time than a look-up.
    private func longestFirstLook(_ manner: JobRequest.Manner) -> Duration {
        if case .events = manner { max(longestLookUp, options.watch.longestWait) } else { longestLookUp }
    }

    /// - Parameters:
    ///   - detail: why the stored job is served if the fetch takes longer.
    ///   - problem: the reply if there is none then that may be served.
    private func reply(
        after fetch: FetchRequest, to request: JobRequest, within time: Duration, or detail: CacheStatus.Detail?,
        otherwise problem: Problem
    ) -> DeferredReply {
        DeferredReply(
            deadline: request.context.start.instant + time,
            name: { request.context.id.text },
            expired: { expiry in
                switch expiry {
                case .deadlinePassed:
                    self.reply(with: self.stored(request.name, because: detail) ?? .problem(problem), to: request)
                case .serverStopping: self.reply(with: .problem(.stopping), to: request)
                case .clientLeft:
                    self.reply(with: .clientLeft, in: request.context, job: request.name, outcome: .left)
                }
            },
            start: { pending in
                let isPatient = time > self.longestLookUp
                let waiter = Waiter(
                    request: fetch, patience: isPatient ? (request.context.start.instant + time, pending) : nil
                ) { result, isCollapsed in
                    pending.prepare {
                        var request = request
                        request.context.awsRequestID = result.awsRequestID
                        let resolution = self.resolution(of: result, for: fetch, isCollapsed: isCollapsed)
                        return self.reply(with: resolution, to: request)
                    } ? pending : nil
                }
                self.fetcher.join(as: waiter, isUrgent: true)?.send()
            })
    }

    /// What a request gets from the fetch that it waited for, or in place of one that there was no room for.
    func resolution(of result: FetchResult, for fetch: FetchRequest, isCollapsed: Bool) -> Resolution {
        if case .tooManyWaiting = result, let stored = stored(fetch.name, because: .overloaded) { return stored }
        return Resolution(result, because: fetch.reason, isCollapsed: isCollapsed)
    }

    /// The stored job in place of a fetch. It is looked for again, because a purge may have removed it meanwhile.
    func stored(_ name: JobName, because detail: CacheStatus.Detail?) -> Resolution? {
        fetcher.storedJob(named: name, at: Moment(options.time.now())).map { .answer($0, .cache(detail)) }
    }
}

/// What is known of a job. This part knows nothing of replies.
extension JobGateway {
    /// Takes the job from the cache, where that may answer. Begins a fetch in the background where a refresh is due.
    ///
    /// - Parameter context: of the request; a fetch takes the turn of its client.
    func resolve(_ name: JobName, _ directives: CacheDirectives, in context: RequestContext) -> CacheResult {
        let now = context.start
        func fetch(because reason: ForwardReason, _ priority: CallPriority) -> FetchRequest {
            FetchRequest(
                name: name, reason: reason, caller: context.client.subscriber, priority: priority,
                notBefore: directives.oldestAnswer(at: now), trace: context.trace)
        }
        func forward(because reason: ForwardReason, _ priority: CallPriority = .interactive) -> CacheResult {
            directives.onlyIfCached ? .resolved(.problem(.notCached)) : .needsFetch(fetch(because: reason, priority))
        }
        guard let entry = cache.value(for: name, at: now) else { return forward(because: .miss) }
        let mayBeStale = fetcher.history.permitsStaleAnswers
        switch context.settings.options.freshness.decision(on: entry, for: directives, mayBeStale: mayBeStale, at: now)
        {
        case .serve:
            entry.value.job?.recordUse(at: now)
            return .resolved(.answer(entry, .cache()))
        case .serveAfterFailedRefresh(let detail): return .resolved(.answer(entry, .cache(detail)))
        case .serveAndRefresh:
            fetcher.refresh(fetch(because: .stale, .background))
            return .resolved(.answer(entry, .cache()))
        case .awaitRefresh: return wait(for: fetch(because: .stale, .background), orServe: entry)
        case .serveUnlessRefreshing:
            let refresh = fetch(because: .stale, .background)
            return fetcher.refresh(refresh)
                ? .resolved(.answer(entry, .cache())) : wait(for: refresh, orServe: entry)
        case .repeatProblem:
            let problem = directives.onlyIfCached ? nil : entry.value.failure?.problem(at: now)
            return .resolved(.problem(problem ?? .notCached))
        // What is stale is due for a refresh in any case.
        case .forward(.request): return forward(because: .request, now < entry.freshUntil ? .forced : .background)
        case .forward(let reason): return forward(because: reason)
        }
    }

    /// Lets a request wait for a refresh, unless places are scarce.
    private func wait(for refresh: FetchRequest, orServe entry: CacheEntry<CachedAnswer>) -> CacheResult {
        guard fetcher.isCrowded else { return .awaitsRefresh(refresh) }
        fetcher.refresh(refresh)
        return .resolved(.answer(entry, .cache(.overloaded)))
    }
}
