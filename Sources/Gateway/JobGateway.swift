public import Caching
public import HTTPExchange
import HTTPTypes
import RateLimiting
import Transcribe

/// The gateway's public face: `GET /jobs/{name}`, and what explains it.
///
/// A request is a straight line: route, admit, look in the cache, reply. Only a miss leaves the server's thread: it joins
/// the flight for its job and is answered when that lands, or at its deadline.
public final class JobGateway: Handler {
    let options: GatewayOptions
    let cache: JobCache
    private let limiter: ClientLimiter?
    let sharedFields: SharedFields
    private let ids = RequestIDSource()
    let recorder: RequestRecorder
    /// Brings what is not cached; its `run()` has to be running.
    public let fetcher: Fetcher

    public init(options: GatewayOptions, source: any JobSource, recorder: RequestRecorder) {
        self.options = options
        self.recorder = recorder
        cache = JobCache(capacity: options.cacheCapacity, shards: JobCache.shards(for: options.cacheCapacity))
        fetcher = Fetcher(
            source: source, options: options, cache: cache, hash: { recorder.hash(of: $0) },
            report: { recorder.record(fetch: $0) })
        limiter = options.clientLimit.map {
            ClientLimiter(rate: $0.rate, burst: $0.burst, epoch: options.time.now())
        }
        sharedFields = SharedFields(caching: options.caching, limiter: limiter)
    }

    /// How full the cache is and what left it.
    public var cacheCounts: CacheCounts { cache.counts }

    public func answer(_ request: borrowing Request) -> Handling {
        let now = options.time.now()
        var context = context(of: request, at: now)
        do throws(Problem) {
            guard options.clients.admits(context.client) else { throw .clientNotAllowed }
            guard options.hosts.admits(request.host) else { throw .wrongHost }
            let route = try Route(request, allowed: options.fields)
            context.route = route.kind
            try admit(&context, at: now)
            let condition = IfNoneMatch(request[.ifNoneMatch])
            switch route {
            case .job(let name, let fields):
                let directives = request[.cacheControl].map(CacheDirectives.init) ?? .none
                return lookUp(
                    JobRequest(
                        name: name, fields: fields, condition: condition, directives: directives, context: context))
            case .fixed(let route):
                let isPreflight = request[.accessControlRequestMethod] != nil
                return .reply(reply(route, for: context, unless: condition, isPreflight: isPreflight))
            }
        } catch {
            return .reply(reply(error, for: context))
        }
    }

    public func reply(to refusal: Refusal, of request: borrowing Request) -> Reply {
        reply(Problem(refusal), for: context(of: request, at: options.time.now()))
    }

    private func context(of request: borrowing Request, at now: ContinuousClock.Instant) -> RequestContext {
        RequestContext(
            request, id: ids.id(suggested: request[.xRequestID]), at: Moment(now), sharing: options.crossOrigin,
            client: client(of: request))
    }

    private func admit(_ context: inout RequestContext, at now: ContinuousClock.Instant) throws(Problem) {
        guard let decision = limiter?.admit(context.client.subscriber, at: now) else { return }
        try apply(decision, to: &context)
    }

    private func lookUp(_ request: JobRequest) -> Handling {
        let now = request.context.start
        guard let stored = cache.value(for: request.name, at: now) else { return forward(request, because: .miss) }
        let mayBeStale = fetcher.revocation.permits(stored)
        switch options.freshness.decision(on: stored, for: request.directives, mayBeStale: mayBeStale, at: now) {
        case .serve:
            return .reply(reply(stored, .cache(), for: request))
        case .serveAfterFailedRefresh(let detail):
            return .reply(reply(stored, .cache(detail), for: request))
        case .serveAndRefresh:
            fetcher.refresh(request.fetchRequest(because: .stale, isRefresh: true))
            return .reply(reply(stored, .cache(), for: request))
        case .forward(let reason):
            return forward(request, because: reason)
        }
    }
}

/// Who asks, and whether they may.
extension JobGateway {
    /// The peer, or whoever a trusted proxy says it asks for.
    func client(of request: borrowing Request) -> PeerAddress {
        let peer = request.peer
        guard options.clients.trusts(peer) else {
            recorder.warnOfUntrustedProxy { request[.xForwardedFor] != nil }
            return peer
        }
        return request[.xForwardedFor].map { options.clients.client(behind: peer, forwardedFor: $0) } ?? peer
    }

    /// Notes what the client's limit says, and refuses if it is enforced.
    func apply(_ decision: ClientLimiter.Result, to context: inout RequestContext) throws(Problem) {
        context.quota = decision
        guard !decision.admitted else { return }
        guard options.clientLimit?.isShadow == true else { throw .quotaExceeded(retryAfter: decision.reset) }
        context.isOverQuota = true
    }
}

extension HTTPField.Name {
    fileprivate static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!
}

/// What the cache cannot answer: it waits for AWS.
extension JobGateway {
    func forward(_ request: JobRequest, because reason: ForwardReason) -> Handling {
        guard !request.directives.onlyIfCached else {
            return .reply(reply(.notCached, for: request.context, request.name))
        }
        return .later(wait(for: request, because: reason))
    }

    /// A little longer than the flight may take, so that its own words are heard first.
    private func wait(for request: JobRequest, because reason: ForwardReason) -> DeferredReply {
        DeferredReply(
            deadline: request.context.start.instant + options.timeout + .milliseconds(250),
            expired: { expiry in
                self.reply(
                    expiry == .serverStopping ? .stopping : .upstreamTimeout, for: request.context, request.name)
            },
            start: { pending in self.join(request, because: reason, pending) })
    }

    private func join(_ request: JobRequest, because reason: ForwardReason, _ pending: any PendingReply) {
        let waiter = Waiter(request: request.fetchRequest(because: reason)) { result, isCollapsed in
            let isWaiting = pending.prepare {
                self.reply(result, because: reason, for: request, isCollapsed: isCollapsed)
            }
            return isWaiting ? pending : nil
        }
        guard case .full = fetcher.join(as: waiter) else { return }
        pending.complete { reply(.overloaded, for: request.context, request.name) }
    }
}

/// What operators take out of the cache. An answer that is on its way at that time reaches those who wait for it, and is
/// not kept.
extension JobGateway {
    /// Forgets what is known of a job.
    func purge(_ name: JobName) {
        cache.remove(name)
        recorder.recordPurge(of: name)
    }

    /// Forgets everything.
    func purge() {
        cache.removeAll()
        recorder.recordPurge(of: nil)
    }
}
