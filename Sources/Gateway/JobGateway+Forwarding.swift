import Caching
import HTTPExchange

/// What the cache cannot answer: it waits for AWS.
extension JobGateway {
    func forward(_ lookUp: LookUp, because forwarding: Forwarding) -> Answer {
        guard !lookUp.directives.onlyIfCached else {
            return .reply(conclude(.notCached, for: lookUp.visit, lookUp.name))
        }
        return .later(wait(for: lookUp, because: forwarding))
    }

    /// A little longer than the flight may take, so that its own words are heard first.
    private func wait(for lookUp: LookUp, because forwarding: Forwarding) -> Deferral {
        Deferral(
            deadline: lookUp.visit.start.instant + options.fetch.timeout + .milliseconds(250),
            expired: { expiry in
                self.conclude(expiry == .serverStopping ? .stopping : .timedOut, for: lookUp.visit, lookUp.name)
            },
            start: { pending in self.join(lookUp, because: forwarding, pending) })
    }

    private func join(_ lookUp: LookUp, because forwarding: Forwarding, _ pending: any PendingReply) {
        let departure = Departure(
            name: lookUp.name, fields: lookUp.fields, forwarding: forwarding, isRefresh: false)
        let waiter = Waiter(departure: departure) { landing, isCollapsed in
            let isWaiting = pending.settle {
                self.conclude(landing, of: forwarding, for: lookUp, isCollapsed: isCollapsed)
            }
            return isWaiting ? pending : nil
        }
        guard case .full = fetcher.join(as: waiter) else { return }
        pending.fulfil {
            conclude(.failed(.tooManyWaiting, fallback: nil), of: forwarding, for: lookUp, isCollapsed: false)
        }
    }
}
