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
    let standing: StandingFields
    private let ids = RequestIDSource()
    let journal: Journal
    /// Brings what is not cached; its `run()` has to be running.
    public let fetcher: Fetcher

    public init(options: GatewayOptions, source: any JobSource, journal: Journal) {
        self.options = options
        self.journal = journal
        cache = JobCache(capacity: options.cacheCapacity, shards: JobCache.shards(for: options.cacheCapacity))
        var fetch = options.fetch
        fetch.fields = .standard.intersection(options.fields)
        fetcher = Fetcher(
            source: source, options: fetch, cache: cache, hash: { journal.hash(of: $0) },
            report: { journal.note($0) })
        limiter = options.clientRate.map {
            ClientLimiter(rate: $0, burst: options.clientBurst, epoch: options.fetch.clock())
        }
        standing = StandingFields(caching: options.caching, limiter: limiter)
    }

    /// How full the cache is and what left it.
    public var cacheCounts: CacheCounts { cache.counts }

    public func answer(_ request: borrowing Request) -> Answer {
        let now = options.fetch.clock()
        var visit = visit(request, at: now)
        do throws(Problem) {
            guard options.clients.admits(visit.client) else { throw .clientNotAllowed }
            guard options.hosts.admits(request.host) else { throw .wrongHost }
            let route = try Route(request, allowed: options.fields)
            visit.route = route.kind
            try admit(&visit, at: now)
            let condition = IfNoneMatch(request[.ifNoneMatch])
            switch route {
            case .job(let name, let fields):
                let directives = request[.cacheControl].map(CacheDirectives.init) ?? .none
                return look(
                    up: LookUp(name: name, fields: fields, condition: condition, directives: directives, visit: visit))
            case .fixed(let fixture):
                let isPreflight = request[.accessControlRequestMethod] != nil
                return .reply(conclude(fixture, for: visit, unless: condition, isPreflight: isPreflight))
            }
        } catch {
            return .reply(conclude(error, for: visit))
        }
    }

    public func reply(to refusal: Refusal, of request: borrowing Request) -> Reply {
        conclude(Problem(refusal), for: visit(request, at: options.fetch.clock()))
    }

    private func visit(_ request: borrowing Request, at now: ContinuousClock.Instant) -> Visit {
        Visit(
            request, id: ids.id(suggested: request[.xRequestID]), at: Moment(now), sharing: options.crossOrigin,
            client: client(of: request))
    }

    private func admit(_ visit: inout Visit, at now: ContinuousClock.Instant) throws(Problem) {
        guard let decision = limiter?.admit(visit.client.subscriber, at: now) else { return }
        try apply(decision, to: &visit)
    }

    private func look(up lookUp: LookUp) -> Answer {
        let now = lookUp.visit.start
        guard let stored = cache.value(for: lookUp.name, at: now) else { return forward(lookUp, because: .miss) }
        let mayBeStale = fetcher.revocation.permits(stored)
        switch options.fetch.freshness.verdict(on: stored, for: lookUp.directives, mayBeStale: mayBeStale, at: now) {
        case .serve:
            return .reply(conclude(stored, .cache(), for: lookUp))
        case .serveForWantOfBetter(let detail):
            return .reply(conclude(stored, .cache(detail), for: lookUp))
        case .serveAndRefresh:
            fetcher.refresh(lookUp.departure(because: .stale, isRefresh: true))
            return .reply(conclude(stored, .cache(), for: lookUp))
        case .forward(let forwarding):
            return forward(lookUp, because: forwarding)
        }
    }
}
