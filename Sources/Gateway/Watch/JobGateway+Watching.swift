import Caching
import HTTPExchange
import HTTPTypes
import Transcribe

// Clients that look at a job until it changes.

extension JobGateway {
    /// How the client looks at a job: with `wait` in the query, or else in `Prefer`, it waits. A page is for people, and HEAD
    /// asks for no content, so neither waits.
    func manner(of query: JobQuery, _ request: borrowing Request, in context: inout RequestContext) -> JobRequest.Manner
    {
        guard let seconds = query.wait ?? request[.prefer].flatMap(PreferField.wait), request.method == .get,
            !context.prefersHTML
        else { return .now }
        context.route = .wait
        return .wait(min(seconds, Int(options.watch.longestWait.components.seconds)))
    }

    /// The reply to a request that waits for its job to change: at once if it waits for something else than what is known.
    func answer(_ request: JobRequest, waitingFor time: Duration) -> Handling {
        let start = request.context.start
        let known = withoutWait(
            resolve(request.name, request.directives, in: request.context), of: request)
        var deadline = start.instant + max(longestLookUp, time)
        if case .resolved(let resolution) = known {
            guard case .answer(let entry, _) = resolution, request.isAwaiting(entry, render), time > .zero else {
                return .reply(reply(with: resolution, to: request, at: start))
            }
            deadline = start.instant + time
        }
        let poll = LongPoll(request, until: start.instant + time, at: self)
        return .later(
            DeferredReply(
                deadline: deadline, name: { request.context.id.text }, expired: { poll.expired(because: $0) },
                start: { poll.start(knowing: known, $0) }))
    }

    /// What is stored, where the cache would let the request wait for a refresh: it waits for longer than that anyway.
    private func withoutWait(_ known: CacheResult, of request: JobRequest) -> CacheResult {
        guard case .awaitsRefresh(let fetch) = known,
            let stored = fetcher.storedJob(named: request.name, at: request.context.start)
        else { return known }
        fetcher.refresh(fetch)
        return .resolved(.answer(stored, .cache()))
    }

    /// The reply that streams the changes of a job, recorded.
    ///
    /// A browser connects again when a stream has ended. 204 tells it not to, once it has seen the end of the job (HTML
    /// Living Standard §9.2.3).
    func stream(_ entry: CacheEntry<CachedAnswer>, of job: CachedJob, to request: JobRequest) -> Reply {
        if job.isFinished, request.condition?.matches(render(job, request.name, request.fields).tag) == true {
            return record(Reply(status: .noContent, fields: .events(to: request.context)), of: job, to: request)
        }
        var reply = Reply(status: .ok, fields: .eventStream(to: request.context))
        guard request.context.method == .get else {
            reply.stream = EndedStream()
            return record(reply, of: job, to: request)
        }
        do throws(Problem) {
            let place = try watches.places.take(for: request.context.client.subscriber)
            let group = watches.join(request.name, request.fields, knowing: entry)
            reply.stream = EventStream(group, of: watches, in: place, for: request, now: options.time.now)
            return record(reply, of: job, to: request)
        } catch {
            return self.reply(with: error, in: request.context, job: request.name)
        }
    }

    private func record(_ reply: Reply, of job: CachedJob, to request: JobRequest) -> Reply {
        recorder.record(reply, in: request.context, .watched, job: request.name, hash: job.nameHash)
        return reply
    }
}

extension FieldBlock {
    /// The fields of a stream of events. nginx does not buffer it then.
    fileprivate static func eventStream(to context: RequestContext) -> FieldBlock {
        var fields = FieldBlock(reserving: 512)
        fields.append(.contentType, "text/event-stream")
        fields.append(.xAccelBuffering, "no")
        fields.append(contentsOf: .events(to: context))
        return fields
    }

    fileprivate static func events(to context: RequestContext) -> FieldBlock {
        var fields = FieldBlock(reserving: 512)
        fields.append(.cacheControl, "no-store")
        fields.append(.vary, "Accept, Prefer, Origin")
        fields.append(contentsOf: .security)
        fields.append(context)
        return fields
    }
}

extension HTTPField.Name {
    static let prefer = HTTPField.Name("Prefer")!
    static let preferenceApplied = HTTPField.Name("Preference-Applied")!
    fileprivate static let xAccelBuffering = HTTPField.Name("X-Accel-Buffering")!
}
