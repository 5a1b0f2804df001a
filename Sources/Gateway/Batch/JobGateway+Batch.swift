import Caching
import HTTPExchange
import Transcribe

/// The way of a request for several jobs. Each job is looked up as for a request of its own; the reply follows when the
/// last one is there, or at the deadline of a look-up.
extension JobGateway {
    func answer(_ request: BatchRequest) -> Handling {
        let context = request.context
        if context.prefersHTML, request.names.count == 1 { return .reply(redirect(to: request.names[0], in: context)) }
        let state = BatchState(
            request.names.map {
                resolve($0, request.directives, in: context)
            })
        guard state.isComplete else { return .later(reply(after: state, to: request)) }
        return .reply(reply(with: state, to: request, at: context.start))
    }

    /// One name and a browser: the look-up form leads to the page of the job.
    private func redirect(to name: JobName, in context: RequestContext) -> Reply {
        let reply = Reply.redirect(to: "/jobs/\(name.text)", context)
        recorder.record(reply, in: context, .fixed)
        return reply
    }

    private func reply(after state: BatchState, to request: BatchRequest) -> DeferredReply {
        let batch = PendingBatch(state)
        return DeferredReply(
            deadline: request.context.start.instant + (state.fetches > 0 ? longestLookUp : Freshness.longestWait),
            name: { request.context.id.text },
            expired: { expiry in
                switch expiry {
                case .clientLeft: self.reply(with: .clientLeft, in: request.context, outcome: .left)
                case .serverStopping: self.reply(with: batch.state, to: request, isStopping: true)
                case .deadlinePassed: self.reply(with: batch.state, to: request)
                }
            },
            start: { self.join(batch, for: request, $0) })
    }

    /// Lets a batch wait for the fetches of its jobs. The last one that ends makes the reply.
    private func join(_ batch: PendingBatch, for request: BatchRequest, _ pending: any PendingReply) {
        let state = batch.state
        let awaited = state.awaited
        let prepareReply: @Sendable () -> (any PendingReply)? = {
            pending.prepare { self.reply(with: batch.state, to: request) } ? pending : nil
        }
        for (index, fetch) in awaited {
            let waiter = Waiter(request: fetch) { result, isCollapsed in
                let resolution = self.resolution(of: result, for: fetch, isCollapsed: isCollapsed)
                return batch.resolve(index, as: resolution) ? prepareReply() : nil
            }
            // To begin many fetches on this thread would hold up its other clients.
            fetcher.join(as: waiter, isUrgent: awaited.count == 1)?.send()
        }
        // Without other fetches the deadline is the time for refreshes.
        guard state.refreshes > 0, state.fetches > 0 else { return }
        fetcher.schedule(at: request.context.start.instant + Freshness.longestWait) {
            if batch.stopWaitingForRefreshes() { prepareReply()?.send() }
        }
    }

    private func reply(with state: BatchState, to request: BatchRequest, isStopping: Bool = false) -> Reply {
        guard options.clients.admits(request.context.client) else {
            return reply(with: .clientNotAllowed, in: request.context)
        }
        return reply(
            with: state, to: request.narrowed(to: options.fields), at: Moment(options.time.now()),
            isStopping: isStopping)
    }

    private func reply(
        with state: BatchState, to request: BatchRequest, at now: Moment, isStopping: Bool = false
    ) -> Reply {
        let resolutions = zip(request.names, state.results).map { name, result in
            switch result {
            case .resolved(let resolution): resolution
            case .needsFetch, .awaitsRefresh: resolution(of: name, insteadOf: result, isStopping: isStopping)
            }
        }
        return reply(with: resolutions, to: request, at: now)
    }

    /// What is said of a job whose fetch has not ended when the reply goes out.
    private func resolution(of name: JobName, insteadOf result: CacheResult, isStopping: Bool) -> Resolution {
        if isStopping { return .problem(.stopping) }
        if case .awaitsRefresh = result { return stored(name, because: nil) ?? .problem(.storedJobGone) }
        return stored(name, because: .staleIfError) ?? .problem(.upstreamTimeout)
    }
}
